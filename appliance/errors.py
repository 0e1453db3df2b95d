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


_NOT_STARTED: Final = "No current flows. Please tell the clinic."
_HELP: Final = "Nobody can be treated now. Call the technician."
_RESTART: Final = "Switch the device off and on again. If this comes back, call the technician."


def _fault(title: str, technician: str) -> Explanation:
    """While a person may be connected."""
    patient = "No current flows. Come out of the water and dry off. Then tell the clinic."
    return Explanation(title, patient, "Treat nobody with this device until a technician has released it.", technician)


def _self_test(title: str, technician: str) -> Explanation:
    """Before anyone is connected."""
    patient = "The device found a fault in itself and stays off. Please tell the clinic."
    clinic = "Treat nobody with this device until a technician has released it."
    return Explanation(f"self-test: {title}", patient, clinic, technician)


def _machine(title: str, technician: str) -> Explanation:
    """A program would not start: nothing that patient or clinic can do but call."""
    return Explanation(title, _NOT_STARTED, _HELP, technician)


CATALOGUE: Final[dict[str, Explanation]] = {
    # -- link
    "E101": Explanation(
        "a message could not be read",
        _NOT_STARTED,
        _RESTART,
        "The frame is not a JSON message of the protocol; PROTOCOL.md lists them all.",
    ),
    "E102": Explanation(
        "a message was too long",
        _NOT_STARTED,
        _RESTART,
        "A frame ends with a newline within 16 KiB; the client that sent more was dropped.",
    ),
    "E103": Explanation(
        "the programs are of different versions",
        _NOT_STARTED,
        "Install the update again. If this comes back, call the technician.",
        "All programs must come from one release: compare `ionto --version` and the versions in the message.",
    ),
    "E104": Explanation(
        "this program may not do that",
        _NOT_STARTED,
        _HELP,
        "PROTOCOL.md lists the roles of each command; [roles] in the configuration maps users to roles.",
    ),
    "E105": Explanation(
        "the greeting is missing", _NOT_STARTED, _RESTART, "A client must send hello before any other message."
    ),
    "E106": Explanation(
        "another program serves this socket",
        _NOT_STARTED,
        _RESTART,
        "Stop the program that serves the socket named, then start this one.",
    ),
    "E107": Explanation(
        "too many programs are connected", _NOT_STARTED, _RESTART, "At most eight clients: close one of them."
    ),
    "E108": Explanation(
        "not possible now",
        "Please follow the screen.",
        "Follow the device's own screen; this step is not possible now.",
        "The command does not fit the daemon's state; status says which state that is.",
    ),
    "E109": Explanation(
        "the treatment was not permitted",
        "Please begin again from the start.",
        "Begin again: sign in, answer the questions, start.",
        "The recorder must grant a permit for exactly this plan; it holds ten minutes and one start.",
    ),
    "E110": Explanation(
        "already treated today",
        "This area was treated today. Please come back tomorrow.",
        "One treatment a day and area. An interrupted one counts.",
        "The dose ledger holds an entry of today for this pseudonym and site; one left `begun` by a crash counts.",
    ),
    "E111": Explanation(
        "a treatment is running already",
        "A treatment is running. Please wait until it has ended.",
        "Wait until the running treatment has ended, or stop it.",
        "Another session id is active; a start with the same id is answered as the first time.",
    ),
    "E112": Explanation(
        "the device needs a rest",
        "Please wait as long as the screen shows.",
        "Wait as long as the screen shows. The treatment timer must run back first.",
        "Output time since the treatment timer's reset, plan and 6 min together must stay within 36.5 min.",
    ),
    "E113": Explanation(
        "the device does not answer",
        "Please wait.",
        _RESTART,
        "Nobody serves the socket named: `systemctl status ionto-control`.",
    ),
    "E114": Explanation(
        "no record could be kept",
        "The device cannot keep a record now, so it does not start. Please tell the clinic.",
        _RESTART,
        "The recorder must be connected for a start: `systemctl status ionto-recorder`.",
    ),
    # -- sensing
    "E201": _fault("the current was not measured", "The return ADC (0x48) gave no new reading: bus, supply, chip."),
    "E203": _fault(
        "two measurements do not agree",
        "Source and return current differ: current sense amplifier, R_HS, R_M, or a leak to earth.",
    ),
    "E204": _fault("the measurement stands still", "The reading does not follow the dither: ADC or DAC1 is frozen."),
    "E205": _fault(
        "a measuring chip lost its setting", "The configuration read back from 0x48 is not ours: brown-out or swap."
    ),
    "E206": _fault("a measuring chip does not answer", "No acknowledge on the I2C bus: cable, supply, address."),
    "E207": _fault("a measurement is at the end of its range", "The ADC is saturated: R_M open, or its gain changed."),
    "E210": Explanation(
        "the circuit opened",
        "Put both hands back into the water.",
        "Help the patient back in. If this repeats, check leads and towels.",
        "Source and return current fell below half of the set for two ticks.",
    ),
    "E211": Explanation(
        "less skin in the water",
        "Lay both hands back flat.",
        "A hand had lifted. Help the patient to lay it back flat.",
        "Skin resistance rose above its reference (area_level).",
    ),
    "E212": Explanation(
        "skin contact fell quickly",
        "Lay both hands back flat.",
        "A hand had lifted quickly. Help the patient to lay it back flat.",
        "Skin resistance rose by 15 % in 100 ms or 30 % in 1 s (area_trend).",
    ),
    "E213": Explanation(
        "no person in the circuit",
        "Put one hand into each tray.",
        "One hand in each tray; both plates in their own tray; no cable between them.",
        "No body signature: dummy load, short, or both plates in one tray.",
    ),
    "E214": Explanation(
        "no contact yet",
        "Put both hands into the water.",
        "Check that the water covers the towels and that both leads are plugged in.",
        "Less than 60 uA flow at 5 V.",
    ),
    "E215": Explanation(
        "the water conducts too little",
        "Take your hands out and add a teaspoon of baking soda to each tray.",
        "This is very soft or distilled water: a teaspoon of baking soda in each tray.",
        "The instantaneous resistance of the loop (R_inst) is above its bound.",
    ),
    "E216": Explanation(
        "too little skin in the water",
        "Let your hands sink to the wrist.",
        "More of the hands must be in the water.",
        "The contact capacitance C_s is below what this site, or this session's first contact, must show.",
    ),
    # -- output
    "E301": _fault(
        "the current was above its limit", "Monitor over_site: DAC1, sink or calibration; check on the dummy load."
    ),
    "E302": _fault(
        "the current was above its setting", "Monitor over_set: DAC1, sink or calibration; check on the dummy load."
    ),
    "E303": _fault("the current did not follow its setting", "Monitor mismatch: sink, limiter or compliance voltage."),
    "E304": _fault("the output chip did not follow", "DAC1's loop-back differs from the code written."),
    "E305": _fault("the voltage did not follow", "The compliance voltage differs from what was asked: Q1, DAC2."),
    "E306": _fault("the reference is off", "The 4.096 V reference or DAC1's gain is beyond tolerance."),
    "E311": _fault("an output chip does not answer", "No acknowledge on the I2C bus: cable, supply, address."),
    "E312": _self_test(
        "an output chip would not wake at zero",
        "Provision the EEPROM of the chip named: code 0, power-down with 1 kohm.",
    ),
    "E320": _self_test("safety relay", "The mirror contact does not follow K1."),
    "E321": _self_test("watchdog", "WATCHDOG_OK or the latch did not answer withheld kicks as they must."),
    "E322": _self_test("latch", "The latch could not be reset, or did not trip."),
    "E323": _self_test(
        "current on the dummy load", "Set, return and source current differ at a test point: calibrate."
    ),
    "E324": _self_test("voltage on the dummy load", "Patient volts differ from current x 1.00 kohm."),
    "E325": _self_test("hardware limit", "Full scale is not within 25.3..29.95 mA, or something tripped below."),
    "E326": _self_test("return comparator", "Comparator A did not trip at its test point."),
    "E327": _self_test("source comparator", "Comparator B did not trip at its test point."),
    "E328": _self_test("polarity relay", "K2's read-back does not follow."),
    "E329": _self_test("current at rest", "DAC code 0 leaves more than 0.05 mA: DAC1's offset, sink."),
    "E330": _self_test("probe", "The probe currents could not be trimmed on the dummy load."),
    # -- interlocks and timing
    "E401": Explanation(
        "the red switch was pushed",
        "No current flows. Come out of the water and dry off.",
        "Ask why it was pushed. Only then pull it out again and confirm on the screen.",
        "E_STOP reads high: pushed, or its wire is open.",
    ),
    "E402": _fault("the safety relay does not follow", "K1's mirror contact differs from the command: welded or dead."),
    "E403": _fault("the direction relay does not follow", "K2's read-back differs from the command."),
    "E404": _fault("the hardware switched off", "The latch tripped: over-current, supply or watchdog."),
    "E405": _fault("the watchdog is not well", "WATCHDOG_OK is low although it is kicked."),
    "E406": Explanation(
        "a tray is not in its place",
        "Please ask for help with the tray.",
        "Push both trays in until they click.",
        "A tray's reed contact is open.",
    ),
    "E407": Explanation(
        "the pedal was pressed",
        "Press the pedal again to go on.",
        "The patient paused with the pedal; a press goes on.",
        "The pedal's contact is open: pressed or unplugged.",
    ),
    "E408": _fault("the control program was late", "A tick came over 10 ms late: load, real-time set-up."),
    "E409": Explanation(
        "the screen did not answer",
        "Touch the screen to go on.",
        "Touch the screen to go on. If this repeats, restart the device.",
        "The lease was not renewed for 2 s: the kiosk hangs, or its status was stale.",
    ),
    "E410": _fault("the control program met an error", "An exception in a tick; the journal holds its trace."),
    # -- configuration and machine
    "E501": _machine("a configuration file is wrong", "Correct the key that the message names."),
    "E502": _machine("a limit is looser than the hard limit", "Configuration may only tighten: lower the key named."),
    "E503": _machine("a file cannot be read", "Check the path and permissions that the message names."),
    "E504": _machine("a bench script is wrong", "Correct the line that the message names."),
    "E505": _machine("the I2C bus is missing", "The device file named does not exist: enable I2C."),
    "E506": _machine("the GPIO chip is missing", "No chip has the label expected: gpiodetect lists them."),
    "E507": _machine(
        "no real-time priority", "Real hardware needs SCHED_FIFO and locked memory: see systemd/ionto-control.service."
    ),
    "E508": _machine("the simulated device does not answer", "Start `ionto bench` first, on the socket named."),
    "E509": _machine("an argument is wrong", "The message names it; --help shows what is expected."),
    "E510": _machine(
        "no picture can be drawn here", "Neither a display nor a virtual one: `make setup` installs Xvfb."
    ),
    "E511": _machine(
        "the calibration is refused", "Missing, too old or beyond the bounds of hardware/board.toml: calibrate again."
    ),
    "E512": _machine(
        "a simulation on a real device is refused", "Demo roles and demo permits are for a simulated device only."
    ),
    "E513": _machine("a program ended by itself", "The message has its last words; its log is in the directory named."),
    # -- records
    "E601": _machine("the records cannot be opened", "Check the file that the message names, and its owner."),
    "E602": Explanation(
        "the records cannot be written",
        "Please tell the clinic when you are done.",
        "A running treatment ends safely; no new one starts. Call the technician.",
        "The disk is full or read-only; events wait in the daemon until they are acknowledged.",
    ),
    # -- care
    "E701": Explanation(
        "the plan is beyond a limit",
        "Your treatment was made milder.",
        "The plan was lowered; the reasons are shown beside it.",
        "The plan exceeds the ceilings of its site; the answer to start holds every limit with its reason.",
    ),
    "E702": Explanation(
        "unknown treatment area",
        _NOT_STARTED,
        "Choose an area of the list.",
        "The site key is not in the table of sites.",
    ),
}
