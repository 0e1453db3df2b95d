"""Every error has a stable code, one exception class per family, and one sentence each for what happened.

    IontoError
    +-- LinkError       E1xx  the local socket
    +-- SensingError    E2xx  a measurement
    +-- OutputError     E3xx  what the board puts out
    +-- InterlockError  E4xx  a switch, a relay, the watchdog, the tick itself
    +-- ConfigError     E5xx  a file, an argument, the machine
    +-- RecordsError    E6xx  the records
    +-- CareError       E7xx  who may be treated, and when

A code is never reused for another meaning.
"""

from typing import Final, NamedTuple


class Explanation(NamedTuple):
    """What a code means: one title, then what to do for each of the three audiences."""

    title: str
    patient: str
    clinic: str
    technician: str


class IontoError(Exception):
    """Base: a stable code and one sentence that names what was wrong, what was expected and what to do."""

    family = ""

    def __init__(self, code: str, message: str) -> None:
        """`code` must be in `CATALOGUE` and of this class's family."""
        if code not in CATALOGUE or not code.startswith(self.family):
            raise ValueError(f"{code} is not a code of {type(self).__name__}")
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class LinkError(IontoError):
    """E1xx: the local socket, its messages and roles."""

    family = "E1"


class SensingError(IontoError):
    """E2xx: a measurement is missing or cannot be trusted."""

    family = "E2"


class OutputError(IontoError):
    """E3xx: the output does not do what was set."""

    family = "E3"


class InterlockError(IontoError):
    """E4xx: switch, relay, latch, watchdog or the timing of the tick."""

    family = "E4"


class ConfigError(IontoError):
    """E5xx: a file, an argument or the machine is not as it must be."""

    family = "E5"


class RecordsError(IontoError):
    """E6xx: the records cannot be read or written."""

    family = "E6"


class CareError(IontoError):
    """E7xx: this treatment may not be given now."""

    family = "E7"


_NO_CURRENT = "No current flows. Take your hands out and dry them."
_STOPPED = "The treatment ended and no current flows. Take your hands out and dry them."
_OFF = "The device stays off until it was checked. Please tell the clinic."
_CHECK = "Do not use this device on anyone until a technician has released it."


def _fault(title: str, technician: str) -> Explanation:
    return Explanation(title, f"{_STOPPED} {_OFF}", _CHECK, technician)


CATALOGUE: Final[dict[str, Explanation]] = {
    # -- link
    "E101": Explanation(
        "a message could not be read",
        _NO_CURRENT,
        "Restart the screen.",
        "The frame is not JSON of the protocol: PROTOCOL.md.",
    ),
    "E102": Explanation(
        "a message was too long", _NO_CURRENT, "Restart the screen.", "Frames end with a newline within 16 KiB."
    ),
    "E103": Explanation(
        "the programs are of different versions",
        _NO_CURRENT,
        "Update the device again.",
        "All programs must come from one release.",
    ),
    "E104": Explanation(
        "this program may not do that",
        _NO_CURRENT,
        "Ask the technician.",
        "See [roles] in the configuration and the command's roles in PROTOCOL.md.",
    ),
    "E105": Explanation("hello must come first", _NO_CURRENT, "Restart the screen.", "Send hello before any command."),
    "E106": Explanation(
        "the socket is in use", _NO_CURRENT, "Restart the device.", "Another daemon serves this socket: stop it first."
    ),
    "E107": Explanation(
        "too many programs are connected", _NO_CURRENT, "Restart the device.", "At most eight clients."
    ),
    "E108": Explanation(
        "not possible in this state",
        "Follow the screen.",
        "Follow the screen.",
        "The command does not fit the daemon's state.",
    ),
    "E109": Explanation(
        "no valid permit",
        "Please start again.",
        "Sign in and start again.",
        "The recorder must grant a permit for this plan, within ten minutes, once.",
    ),
    "E110": Explanation(
        "already treated today",
        "This area was treated today. Come back tomorrow.",
        "One session per site and day.",
        "The dose ledger has an entry of today for this pseudonym and site.",
    ),
    "E111": Explanation(
        "a treatment is running", "A treatment is running.", "Wait until it has ended.", "Another session id is active."
    ),
    "E112": Explanation(
        "the treatment timer needs a rest",
        "Please wait a little.",
        "Wait as long as shown.",
        "Output time since the timer's reset + plan + 6 min must stay within 36.5 min.",
    ),
    "E113": Explanation(
        "the device program does not answer",
        "Please wait.",
        "Restart the device.",
        "Nobody serves the socket: is ionto-control running?",
    ),
    "E114": Explanation(
        "the records program is not connected",
        "The device cannot keep a record now, so it does not start.",
        "Restart the device.",
        "ionto-recorder must be connected for a start.",
    ),
    # -- sensing
    "E201": _fault("the current was not measured", "Return ADC: no new reading."),
    "E203": _fault("two measurements do not agree", "Source and return differ: INA240, R_HS, R_M or a leak to earth."),
    "E204": _fault("the measurement stands still", "The reading does not follow the dither: frozen ADC or DAC."),
    "E205": _fault(
        "the measuring chip changed its setting", "Config read-back of 0x48 differs: brown-out or swapped chip."
    ),
    "E206": _fault("a measuring chip does not answer", "NACK or hang on I2C: cable, supply, address."),
    "E207": _fault("the measurement is at its end", "ADC saturated."),
    "E210": Explanation(
        "the circuit is open",
        "A hand came out of the water.",
        "Hands back in; check the leads.",
        "Both sensors below half of the set.",
    ),
    "E211": Explanation(
        "less skin in the water",
        "A hand has lifted. The treatment waits.",
        "Put both hands back flat.",
        "Skin resistance above its reference.",
    ),
    "E212": Explanation(
        "skin contact fell quickly",
        "A hand has lifted. The treatment waits.",
        "Put both hands back flat.",
        "Skin resistance rose too fast.",
    ),
    "E213": Explanation(
        "no person in the circuit",
        "Put one hand in each tray.",
        "One hand in each tray, no cable between them.",
        "No body signature: dummy load, short or both plates in one tray.",
    ),
    "E214": Explanation(
        "no contact", "Put both hands in the water.", "Check towels, leads and water.", "Below 60 uA at 5 V."
    ),
    "E215": Explanation(
        "the water carries too little",
        "Add a teaspoon of baking soda to each tray.",
        "Very soft or distilled water.",
        "R_inst above its bound.",
    ),
    "E216": Explanation(
        "not enough of the hand is in",
        "Let your hands sink to the wrist.",
        "More skin into the water.",
        "C_s below the area it must prove.",
    ),
    # -- output
    "E301": _fault("the current was above the limit", "over_site: DAC, sink or calibration."),
    "E302": _fault("the current was above its setting", "over_set: DAC, sink or calibration."),
    "E303": _fault("the current did not follow its setting", "mismatch: sink, limiter or compliance."),
    "E304": _fault("the output chip did not follow", "DAC1 loop-back differs."),
    "E305": _fault("the voltage did not follow", "V_COMP loop-back differs: Q1, DAC2."),
    "E306": _fault("the reference is off", "REF3040 or DAC1 gain."),
    "E311": _fault("an output chip does not answer", "NACK or hang on I2C: cable, supply, address."),
    "E312": _fault("an output chip would not wake at zero", "EEPROM not provisioned: code 0, power-down 1 kohm."),
    "E320": _fault("self-test: relays", "Mirror contact does not follow K1."),
    "E321": _fault("self-test: watchdog", "WATCHDOG_OK or latch did not behave."),
    "E322": _fault("self-test: latch", "Latch could not be reset or did not trip."),
    "E323": _fault("self-test: current on the dummy load", "Set, return and source differ at a test point."),
    "E324": _fault("self-test: voltage on the dummy load", "Volts differ from current x 1.00 kohm."),
    "E325": _fault("self-test: hardware limit", "Full scale not within 25.3..29.95 mA, and no trip."),
    "E326": _fault("self-test: comparator A", "The return comparator did not trip at its test point."),
    "E327": _fault("self-test: comparator B", "The source comparator did not trip at its test point."),
    "E328": _fault("self-test: polarity relay", "K2's read-back does not follow."),
    "E329": _fault("self-test: current at rest", "Code 0 leaves more than 0.05 mA."),
    "E330": _fault("self-test: probe", "The probe currents could not be trimmed."),
    # -- interlocks and timing
    "E401": _fault("the red switch was pushed", "E_STOP input is high: pressed, or its wire is open."),
    "E402": _fault("the safety relay does not follow", "Mirror contact differs from the command."),
    "E403": _fault("the direction relay does not follow", "K2 read-back differs from the command."),
    "E404": _fault("the hardware switched off", "Latch tripped: over-current, supply or watchdog."),
    "E405": _fault("the watchdog is not well", "WATCHDOG_OK low."),
    "E406": Explanation("a tray is not seated", "Push both trays in.", "Seat the trays.", "Tray reed open."),
    "E407": Explanation(
        "the pedal was pressed",
        "The treatment waits for you.",
        "Press again to go on.",
        "Pedal contact open: pressed or unplugged.",
    ),
    "E408": _fault("the control program was late", "A tick was over 10 ms late: load, real-time set-up."),
    "E409": Explanation(
        "the screen did not answer",
        "The treatment waits. Touch to go on.",
        "Restart the screen.",
        "Lease not renewed for 2 s.",
    ),
    "E410": _fault("the control program met an error", "An exception in a tick: see the journal."),
    # -- configuration and machine
    "E501": Explanation("a configuration file is wrong", _NO_CURRENT, "Ask the technician.", "Correct the key named."),
    "E502": Explanation(
        "a limit is looser than the hard limit", _NO_CURRENT, "Ask the technician.", "Configuration may only tighten."
    ),
    "E503": Explanation("a file cannot be read", _NO_CURRENT, "Ask the technician.", "Check path and permissions."),
    "E504": Explanation("a bench script is wrong", _NO_CURRENT, "Ask the technician.", "Correct the line named."),
    "E505": Explanation(
        "the I2C bus is missing", _NO_CURRENT, "Ask the technician.", "Is I2C enabled? The device file is named."
    ),
    "E506": Explanation(
        "the GPIO chip is missing", _NO_CURRENT, "Ask the technician.", "No chip with the label expected."
    ),
    "E507": Explanation(
        "no real-time priority",
        _NO_CURRENT,
        "Ask the technician.",
        "SCHED_FIFO and locked memory are required on real hardware.",
    ),
    "E508": Explanation("the bench does not answer", _NO_CURRENT, "Ask the technician.", "Start `ionto bench` first."),
    "E509": Explanation("an argument is out of range", _NO_CURRENT, "Ask the technician.", "See --help."),
    "E510": Explanation(
        "no picture can be drawn here",
        _NO_CURRENT,
        "Ask the technician.",
        "No display and no virtual one: install the packages named.",
    ),
    "E511": Explanation(
        "the calibration is refused",
        _NO_CURRENT,
        "Ask the technician.",
        "Missing, too old or beyond the bounds of board.toml.",
    ),
    "E512": Explanation(
        "a simulation on a real device is refused",
        _NO_CURRENT,
        "Ask the technician.",
        "Demo roles and demo permits are for a simulated device only.",
    ),
    # -- records
    "E601": Explanation("the records cannot be opened", _NO_CURRENT, "Ask the technician.", "Check the file named."),
    "E602": Explanation(
        "the records cannot be written", "The treatment can end safely.", "Free some space.", "Disk full or read-only."
    ),
    # -- care
    "E701": Explanation(
        "the plan exceeds a limit", "The plan was lowered.", "See the reasons.", "Plan outside the site's ceilings."
    ),
    "E702": Explanation(
        "unknown site", "Please ask the clinic.", "Choose a site of the list.", "Site key not in the table."
    ),
}
