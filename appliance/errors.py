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


_LINK: Final = "The screen could not give its order. The red switch always works. Please tell the clinic."
_REFUSED: Final = (
    "The device refused a message; nothing changed. After the treatment switch it off and on. "
    "If this comes back, call the technician."
)
_AGAIN: Final = "Switch the device off and on. If this comes back, call the technician."
_NOT_READY: Final = "The device is not ready and has started nothing. Please tell the clinic."
_RELEASE: Final = "Treat nobody with it until a technician has released it."


def _fault(title: str, technician: str) -> Explanation:
    """While a person may be connected. The daemon has cut; whether current flows is for a measurement to say."""
    patient = (
        "A fault: the device switched the current off. Still feel it? Push the red switch. Come out, tell the clinic."
    )
    clinic = f"{title.capitalize()}: the device cut the current. Help the patient out. {_RELEASE}"
    return Explanation(title, patient, clinic, f"{technician} Output is cut; repair, then `ionto selftest`.")


def _self_test(title: str, technician: str) -> Explanation:
    """Before anyone is connected."""
    patient = "The device found a fault in itself before anything flowed, and stays off. Please tell the clinic."
    clinic = f"The self-test failed ({title}), so the device stays off and harms nobody. {_RELEASE}"
    return Explanation(
        f"self-test: {title}", patient, clinic, f"{technician} It stays off; repair, then `ionto selftest`."
    )


def _machine(title: str, technician: str) -> Explanation:
    """A program would not start: nothing that patient or clinic can do but call."""
    clinic = f"A program did not start ({title}) and switched nothing on. Nobody can be treated. Call the technician."
    return Explanation(title, _NOT_READY, clinic, f"{technician} Nothing was started or changed.")


CATALOGUE: Final[dict[str, Explanation]] = {
    # -- link
    "E101": Explanation(
        "a message could not be read",
        _LINK,
        _REFUSED,
        "The frame is no JSON message of the protocol and changed nothing. PROTOCOL.md lists them; correct its sender.",
    ),
    "E102": Explanation(
        "a message was too long",
        _LINK,
        _REFUSED,
        "A frame ends with a newline within 16 KiB. Its sender was dropped, the others go on; correct that program.",
    ),
    "E103": Explanation(
        "the programs are of different versions",
        _NOT_READY,
        "The programs do not fit together, so none obeys the other. Install the update again, or call the technician.",
        "The greetings had different versions and nothing was obeyed. Bring all programs to one release: compare "
        "`ionto --version` with the versions in the message.",
    ),
    "E104": Explanation(
        "this program may not do that",
        "This step is for somebody else, and nothing has changed. Please tell the clinic.",
        "This step is not for this screen; nothing changed. What a technician must release waits for the technician.",
        "This command is not for this client's role; nothing changed. PROTOCOL.md lists the roles of each command; "
        "[roles] in the configuration maps users to them.",
    ),
    "E105": Explanation(
        "the greeting is missing",
        _LINK,
        _REFUSED,
        "A client must send hello first, and once; the message was refused. Start the program of this release.",
    ),
    "E106": Explanation(
        "another program serves this socket",
        _NOT_READY,
        f"The same program was started twice; the first goes on. {_AGAIN}",
        "The second program ended, the first goes on untouched. Stop the one on the socket named, then start this one.",
    ),
    "E107": Explanation(
        "too many programs are connected",
        _LINK,
        _REFUSED,
        "Eight clients are served and go on; this one was turned away. Close one of them: `ss -xp` lists them.",
    ),
    "E108": Explanation(
        "not possible now",
        "That is not possible now, and nothing has changed. Please follow the screen.",
        "This step is not possible now; nothing changed. Follow the device's own screen.",
        "The command does not fit the daemon's state and changed nothing. The message names the state; wait for it.",
    ),
    "E109": Explanation(
        "the treatment was not permitted",
        "The treatment was not allowed. Please begin again from the start.",
        "Nothing has begun. Begin again: sign in, answer the questions, start.",
        "The recorder must grant a permit for exactly this plan; it holds ten minutes and one start. Nothing was "
        "energised; the message says what did not fit.",
    ),
    "E110": Explanation(
        "already treated a short while ago",
        "It is too soon for this area. Please come back tomorrow.",
        "Nothing has begun: one treatment a day and area, 16 h apart; an interrupted one counts. Treat again tomorrow.",
        "The dose ledger holds an entry of the last 16 h for this pseudonym and site; one left `begun` by a crash "
        "counts. The start was refused; nothing is to be repaired.",
    ),
    "E111": Explanation(
        "a treatment is running already",
        "A treatment is running. Please wait until it has ended.",
        "The running treatment goes on undisturbed. Wait until it has ended, or stop it.",
        "Another session id is active and goes on. A start with the same id is answered as the first time; a new one "
        "must wait.",
    ),
    "E112": Explanation(
        "the device needs a rest",
        "The device rests. Please wait as shown.",
        "Nothing has begun: the treatment timer must run back first. Wait as long as the screen shows.",
        "Output time since the treatment timer's reset, plan and 6 min together must stay within 36.5 min. The start "
        "was refused; ten minutes with the output open reset the timer.",
    ),
    "E113": Explanation(
        "the device does not answer",
        "The screen lost the device. Keep still and count to ten: current fades. If you still feel it, push the red "
        "switch.",
        f"The screen lost the device; a treatment fades by itself. {_AGAIN}",
        "Nobody serves the socket named; if the daemon died, the watchdog has cut. `systemctl status ionto-control`, "
        "then its journal.",
    ),
    "E114": Explanation(
        "no record could be kept",
        "The device cannot keep a record now, so it does not start. Please tell the clinic.",
        f"Without a record nothing begins. {_AGAIN}",
        "No recorder is connected to the daemon, so the start was refused: `systemctl status ionto-recorder`.",
    ),
    "E115": Explanation(
        "the device does not know how long ago the last treatment was",
        "The date is not known. Leave it on until tomorrow.",
        "Nothing has begun: the clock was never set, now or at the last treatment, so a day may not have passed. "
        "Connect the network, or leave the device switched on until tomorrow.",
        "No time source since power-up: `timedatectl`, network, clock module and its battery. Without one, 16 h of one "
        "boot must pass between two treatments of one site.",
    ),
    # -- sensing
    "E201": _fault("a measurement never came", "A converter did not end its conversion: 0x49, bus, supply."),
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
        "The contact was lost, so the current was switched off. Put hands or feet back as the screen shows.",
        "The circuit opened and the output with it. Help the patient back in. If this repeats, check leads and towels.",
        "Source and return current fell below half of the set for two ticks; the output opened at once. If nobody "
        "moved: leads, plugs, K1.",
    ),
    "E211": Explanation(
        "less skin in the water",
        "Less skin was in the water, so the current faded out. Lay hands or feet back flat.",
        "A hand or foot had lifted, so the current faded out. Help the patient to lay it back flat.",
        "Skin resistance rose above its reference (area_level); the current faded in 0.3 s. If nobody moved: towels, "
        "water level, plates.",
    ),
    "E212": Explanation(
        "skin contact fell quickly",
        "Skin contact fell quickly, so the current was switched off. Lay hands or feet back flat.",
        "A hand or foot had lifted quickly; the output opened. Help the patient to lay it back flat.",
        "Skin resistance rose by 15 % in 100 ms or 30 % in 1 s (area_trend); the output opened at once. If nobody "
        "moved: leads, plugs.",
    ),
    "E213": Explanation(
        "no person in the circuit",
        "No hands were found. Put one hand into each tray.",
        "Only the weak test current is on. One hand in each tray; both plates in their own tray; no cable between.",
        "No body signature: dummy load, short, or both plates in one tray. It stays at the probe, 0.5 mA and 5 V; "
        "part the plates.",
    ),
    "E214": Explanation(
        "no contact yet",
        "There is no contact yet. Put both hands into the water.",
        "Only the weak test current is on. Check that water covers the towels and that both leads are plugged in.",
        "Less than 60 uA flow at 5 V. It stays at the probe, 0.5 mA and 5 V. If hands are in: leads, plates, towels.",
    ),
    "E215": Explanation(
        "the water conducts too little",
        "The water is too soft. Press STOP, then add a teaspoon of baking soda to each tray.",
        "This is very soft or distilled water; nothing begins with it. STOP, then a teaspoon of baking soda a tray.",
        "The instantaneous resistance of the loop (R_inst) is above its bound; it stays at the probe. If the water is "
        "good: towels, plates, leads.",
    ),
    "E216": Explanation(
        "too little skin in the water",
        "More skin must be in the water. Let your hands sink to the wrist.",
        "Only the weak test current is on. More of the hands or feet must be in the water; fill the trays if needed.",
        "The contact capacitance C_s is below what this site, or this session's first contact, must show; it stays at "
        "the probe. Check water level and site.",
    ),
    "E217": Explanation(
        "less skin in the water",
        "Less skin was in the water, so the current faded out. Lay hands or feet back flat.",
        "A hand or foot had lifted, so the current faded out. Help the patient to lay it back flat.",
        "C_s, seen by the dither, fell below the share of CONTACT's that this current needs (area_capacitance); the "
        "current faded in 0.3 s. If nobody moved: towels, water.",
    ),
    "E218": Explanation(
        "skin left the water while the current fell",
        "A hand or foot left the water while the current fell, so it was switched off. Lay it back flat.",
        "A hand or foot was lifted while the current fell; the output opened. Help the patient to lay it back flat.",
        "The patient's volts rose by 5 % in 100 ms in RAMP_DOWN, where they must fall (area_fading); the output opened. "
        "If nobody moved: leads, plugs.",
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
    "E306": _fault("the reference moved", "The 4.096 V reference or DAC1's gain is beyond tolerance."),
    "E307": _fault(
        "the current rose too fast",
        "Monitor slew: a set that jumped, calibration or reference; check on the dummy load.",
    ),
    "E308": _fault(
        "the program asked for more than this state allows",
        "The gate refused an order above the state's bound: a bug between limits and gate; send the black box.",
    ),
    "E309": _fault(
        "the program asked for the other direction under current",
        "The gate refused an order whose direction is not the relay's: a bug before the gate; send the black box.",
    ),
    "E311": _fault("an output chip does not answer", "No acknowledge on the I2C bus: cable, supply, address."),
    "E312": _self_test(
        "an output chip would not wake at zero",
        "Provision the EEPROM of the chip named: code 0, power-down with 1 kohm.",
    ),
    "E320": _self_test(
        "safety relay", "K1's mirror contact does not follow: K1 welded or dead, or K3 does not part it."
    ),
    "E321": _self_test("watchdog", "WATCHDOG_OK or the latch did not answer withheld kicks as they must."),
    "E322": _self_test(
        "hardware switch-off", "The latch could not be reset, or did not trip: PERMIT flip-flop, FAULT_n, LATCH_RESET."
    ),
    "E323": _self_test(
        "current on the dummy load", "Set, return and source current differ at a test point: `ionto calibrate`."
    ),
    "E324": _self_test("voltage on the dummy load", "Patient volts differ from current x 1.00 kohm: tap, V_COMP, K3."),
    "E325": _self_test("hardware limit", "Full scale is not within 25.3..29.95 mA, or something tripped below."),
    "E326": _self_test("return comparator", "Comparator A tripped below or not above its test point (23.5 mA)."),
    "E327": _self_test("source comparator", "Comparator B tripped below or not above its test point (23.5 mA)."),
    "E328": _self_test("polarity relay", "K2's read-back does not follow: K2, its driver, the hold latch."),
    "E329": _self_test("current at rest", "DAC code 0 leaves more than 0.05 mA: DAC1's offset, sink."),
    "E330": _self_test("probe", "The probe currents could not be trimmed on the dummy load: DAC1, sink, sense."),
    "E331": _self_test(
        "high-side switch", "Current without ENABLE: Q2 is shorted, its driver, or OUT_OK; at once, Q3's clamp."
    ),
    "E332": _self_test(
        "limiter",
        "The loop's own resistance is below 64 ohm: R_LIM shorted, or a tap of V_COMP or patient volts is off.",
    ),
    "E333": _self_test(
        "output chip's own output", "DAC1's output is not what its code says: its loop-back tap, the reference, DAC1."
    ),
    "E338": _self_test(
        "dummy load", "K3 fell back, or K1 closed, while the test's current was on: K3, its driver, K1's coil wiring."
    ),
    # -- interlocks and timing
    "E401": Explanation(
        "the red switch was pushed",
        "The red switch cut the current. Come out of the water and dry off.",
        "The red switch cut the current. Ask why it was pushed. Only then pull it out again and confirm on the screen.",
        "E_STOP reads high: pushed, or its wire is open. Output and chips have no power until it is pulled out again.",
    ),
    "E402": _fault("the safety relay does not follow", "K1's mirror contact differs from the command: welded or dead."),
    "E403": _fault("the direction relay does not follow", "K2's read-back differs from the command."),
    "E404": _fault(
        "the hardware switched off", "The latch tripped: over-current, supply, watchdog or treatment timer."
    ),
    "E405": _fault("the watchdog is not well", "WATCHDOG_OK is low although it is kicked."),
    "E406": Explanation(
        "a tray is not in its place",
        "A tray is not in its place. Please ask for help with the tray.",
        "While a tray is out, the output stays open. Push both in until they click; the patient leads back.",
        "A tray's reed contact is open; the output opened at once. If both are seated: magnet, reed, cable.",
    ),
    "E407": Explanation(
        "the pedal was pressed",
        "The pedal paused the treatment and the current faded out. Press it again to go on.",
        "The patient paused with the pedal; the current faded out. Another press goes on, a little weaker.",
        "The pedal's contact is open: pressed or unplugged; faded in 0.5 s. If nobody pressed: plug, cable, contact.",
    ),
    "E408": Explanation(
        "the control program was late",
        "The device was too slow for a moment and switched the current off. Come out slowly and tell the clinic.",
        "The device was too slow for a moment and cut the current. Help the patient out, then confirm on the screen: "
        "it tests itself. If this repeats, call the technician.",
        "A tick came over 10 ms late and was cut: load, real-time set-up (`ionto measure`). Kiosk or technician "
        "releases it.",
    ),
    "E409": Explanation(
        "the screen did not answer",
        "The screen had stopped, so the current faded out. Touch the screen to go on.",
        "The screen had stopped, so the current faded out. Touch it to go on. If this repeats, restart the device.",
        "The lease was not renewed for 2 s: the kiosk hangs, or its status was stale. The current faded; only a "
        "person resumes. See the kiosk's journal.",
    ),
    "E410": _fault("the control program met an error", "An exception in a tick; the journal holds its trace."),
    "E411": Explanation(
        "the pedal is stuck",
        "The pedal is stuck, so the treatment waits. Take your foot off it.",
        "The pedal is stuck, so the treatment waits. Free it and check its plug; without a pedal fit the shorting plug.",
        "FOOT_PEDAL was open for 10 s, or was never seen closed since the start; nothing goes on. Jammed, unplugged or "
        "broken.",
    ),
    "E412": _fault(
        "the machine's clock jumped", "Monotonic time went back or leapt over 100 ms between two ticks: clock, machine."
    ),
    "E413": Explanation(
        "the trays were not lifted",
        "Lift each tray out of its place and push it back in. Then start again.",
        "Nothing has begun: before each treatment the device must see each tray out of its place once. Lift both out and "
        "push them back. If this comes back, call the technician.",
        "The tray named was not seen open since the last treatment or since the program began; nothing was energised. "
        "If it was lifted: reed or magnet stuck, wire to ground.",
    ),
    # -- configuration and machine
    "E501": _machine("a configuration file is wrong", "Correct the key that the message names."),
    "E502": _machine("a limit is looser than the hard limit", "Configuration may only tighten: lower the key named."),
    "E503": _machine("a file cannot be read or written", "Check the path and permissions that the message names."),
    "E504": _machine("a bench script is wrong", "Correct the line that the message names."),
    "E505": _machine("the measuring bus is missing", "The device file named does not exist: enable I2C."),
    "E506": _machine("the pins are missing", "No GPIO chip has the label expected, or lgpio is not installed."),
    "E507": _machine(
        "no real-time priority", "Real hardware needs SCHED_FIFO and locked memory: see systemd/ionto-control.service."
    ),
    "E508": _machine("the simulated device does not answer", "Start `ionto bench` first, on the socket named."),
    "E509": _machine("an argument is wrong", "The message names it; --help shows what is expected."),
    "E510": _machine(
        "no picture can be drawn here", "Neither a display nor a virtual one: `make setup` installs Xvfb."
    ),
    "E511": _machine(
        "the calibration is refused", "Missing, too old or beyond the bounds of hardware/board.toml: `ionto calibrate`."
    ),
    "E512": _machine(
        "a simulation on a real device is refused", "Demo roles and demo permits are for a simulated device only."
    ),
    "E513": Explanation(
        "a program ended by itself",
        "A program stopped and the device switched off. If you feel current, push the red switch. Tell the clinic.",
        f"A program of the device stopped; without it the current is cut or fades. {_AGAIN}",
        "The message has its last words; its log is in the directory named. The others were ended, the output is open.",
    ),
    # -- records
    "E601": _machine("the records cannot be opened", "Check the file that the message names, and its owner."),
    "E602": Explanation(
        "the records cannot be written",
        "The device cannot write its record. A treatment that runs ends safely. Please tell the clinic then.",
        "A running treatment ends safely; no new one starts. Call the technician.",
        "The disk is full or read-only: `df -h`. Events wait in the daemon until they are acknowledged; nothing new "
        "starts.",
    ),
    "E603": Explanation(
        "the dose ledger was damaged",
        "A part of the record was lost. Please come back tomorrow.",
        "Nothing has begun: whom the lost lines name is not known, so nobody is treated until tomorrow. Tell the "
        "technician.",
        "Lines of doses.jsonl could not be read; the file was set aside under the name in the message. Look at the "
        "disk; after 16 h what was lost is old enough, and starts are taken.",
    ),
    # -- care
    "E701": Explanation(
        "the plan is beyond a limit",
        "This treatment does not fit the device's limits, so it has not begun. Please tell the clinic.",
        "Nothing has begun: the plan is beyond what the device can give. Correct the prescription; the message says what.",
        "A number of the plan is none, or too small to be a treatment as asked or as the limits leave it. It was "
        "refused; the message names it.",
    ),
    "E702": Explanation(
        "unknown treatment area",
        "The device does not know this part of the body, so nothing has begun. Please tell the clinic.",
        "Nothing has begun: choose an area of the list.",
        "The site key is not in the table of sites; the message lists them. Correct the prescription or its program.",
    ),
    "E703": Explanation(
        "the skin is much drier than before",
        "Your skin is much drier than before, so it has not begun. Please show it to the clinic.",
        "Nothing has begun: the skin conducts far less than in earlier sessions. Look for cracks, eczema or cream; "
        "treat again when it has recovered.",
        "Contact resistance is above 3 times the plan's median_contact_ohm; the permit is unspent. If the skin is good: "
        "towels, plates, leads; or the median is not this person's.",
    ),
}
