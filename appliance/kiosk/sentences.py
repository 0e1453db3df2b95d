"""Every sentence that a status, a limit or a code turns into: tables only, in English, marked for translation.

A patient reads these with both hands in the water: plain words, short sentences, never a code without a sentence.
None of them may say that no current flows; that is said in one place, from the measurement.
"""

from typing import Final, NamedTuple

from appliance.errors import CATALOGUE


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for 'translate this later'
    """Mark `text` for the catalogue; it is translated where it is shown."""
    return text


class Part(NamedTuple):
    """The sentences that name the part of the body."""

    name: str
    put_in: str
    sink: str
    put_back: str
    came_out: str
    keep_in: str
    if_in: str
    leave_in: str
    take_out: str
    dry: str
    both: str
    stop_hint: str
    stay: str


HANDS: Final = Part(
    name=N_("Both hands"),
    put_in=N_("Put both hands in."),
    sink=N_("Let them sink to the towel."),
    put_back=N_("Put both hands\nback in."),
    came_out=N_("A hand came out of the water. The treatment waits for you."),
    keep_in=N_("Keep both hands\nin the water."),
    if_in=N_("If your hands are in the water: keep them in and count to ten. Then lift them out slowly."),
    leave_in=N_("Leave your hands in the water\nfor a few seconds."),
    take_out=N_("Take your hands out\nand dry them."),
    dry=N_("Dry your hands."),
    both=N_("Both hands"),
    stop_hint=N_("hand, elbow or pedal"),
    stay=N_("hands stay in"),
)
FEET: Final = Part(
    name=N_("Both feet"),
    put_in=N_("Put both feet in."),
    sink=N_("Stand them flat on the towel."),
    put_back=N_("Put both feet\nback in."),
    came_out=N_("A foot came out of the water. The treatment waits for you."),
    keep_in=N_("Keep both feet\nin the water."),
    if_in=N_("If your feet are in the water: keep them in and count to ten. Then lift them out slowly."),
    leave_in=N_("Leave your feet in the water\nfor a few seconds."),
    take_out=N_("Take your feet out\nand dry them."),
    dry=N_("Dry your feet."),
    both=N_("Both feet"),
    stop_hint=N_("hand or elbow"),
    stay=N_("feet stay in"),
)
UNDERARMS: Final = Part(
    name=N_("Both underarms"),
    put_in=N_("Put both pads\nunder your arms."),
    sink=N_("Let your arms hang down."),
    put_back=N_("Put both pads back."),
    came_out=N_("A pad came off. The treatment waits for you."),
    keep_in=N_("Keep both pads\nunder your arms."),
    if_in=N_("If the pads are on: leave them on and count to ten. Then take them off slowly."),
    leave_in=N_("Leave the pads where they are\nfor a few seconds."),
    take_out=N_("Take the pads off."),
    dry=N_("Dry your underarms."),
    both=N_("Both pads"),
    stop_hint=N_("hand or elbow"),
    stay=N_("pads stay on"),
)
PARTS: Final = {"hands": HANDS, "child_hands": HANDS, "feet": FEET, "underarms": UNDERARMS}

# What holds the current below the set one, while it does.
LIMITED: Final = {
    "limit.voltage": N_("Your skin is drier, so the voltage limit is reached. That is fine."),
    "limit.patient": N_("You chose less current."),
    "limit.lease": N_("The screen was slow, so the current falls."),
    "limit.board": N_("More is not proved for this device."),
    "limit.device": N_("This device gives no more."),
    "limit.site": N_("This is the most for this part of the body."),
    "limit.prescription": N_("This is the most that was prescribed."),
    "limit.prescriber": N_("This is the most that may be prescribed."),
    "limit.charge": N_("This is the most for this skin area."),
}
LIMITED_OTHERWISE: Final = N_("A limit of the device holds it. That is fine.")

# Why an accepted plan is less than what was asked for; {value} is what is left.
PLAN_LIMITS: Final = {
    "limit.time": N_("Time lowered to {value}: the longest for this part of the body."),
    "limit.charge": N_("Time lowered to {value}: the most for this skin area."),
    "limit.over_treatment": N_("Your skin is drier than before, so it takes {value}."),
    "limit.timer": N_("Time lowered to {value}: the device needs a rest then."),
    "limit.ramp": N_("The current rises more slowly than asked."),
}
PLAN_LOWERED: Final = N_("Current lowered to {value}.")

PAUSE_TITLES: Final = {
    "pedal": N_("You paused it."),
    "stings": N_("It stung, so it waits."),
    "tray": N_("Push both trays in."),
    "operator_lost": N_("The treatment waits."),
}
PAUSE_BODIES: Final = {
    "area": N_("A hand has lifted. The treatment waits for you."),
    "contact_lost": N_("The contact was lost. The treatment waits for you."),
    "pedal": N_("It goes on a little weaker. Press the pedal, or touch Go\u00a0on."),
    "stings": N_("It goes on a little weaker. Press the pedal, or touch Go\u00a0on."),
    "tray": N_("Then press the pedal, or touch Go\u00a0on."),
    "operator_lost": N_("The screen had stopped. Press the pedal, or touch Go\u00a0on."),
}

# Why it ended, or did not begin.
REASONS: Final = {
    "stop": N_("It was ended with STOP."),
    "pedal_held": N_("It was ended with the pedal."),
    "pause_timeout": N_("The pause was longer than two minutes, so it ended."),
    "armed_timeout": N_("The pedal was not pressed in time. Please start again."),
    "contact_timeout": N_("There was no steady contact in time. Please start again."),
    "time": N_("The full treatment was delivered."),
    "charge": N_("The most for this skin area was delivered."),
}
ENDED_OTHERWISE: Final = N_("It ended before its time.")

# Codes whose patient's sentence of the error catalogue may stand alone on a screen: none of them speaks of current.
SPOKEN_CODES: Final = frozenset(
    ("E109", "E110", "E111", "E112", "E114", "E115", "E213", "E214", "E216", "E406", "E411", "E413", "E603", "E703")
)
SPOKEN_OTHERWISE: Final = N_("Please tell the clinic.")
TOO_SOFT: Final = N_("The water is too soft. Press STOP, then add baking soda.")


def spoken(code: str | None) -> str:
    """The sentence, in English, for a code that refuses a start or says what the contact lacks."""
    if code == "E215":  # the catalogue's advice needs hands out of the water first
        return TOO_SOFT
    return CATALOGUE[code].patient if code in SPOKEN_CODES else SPOKEN_OTHERWISE


# What happened, by the family of the code.
FAULT_FAMILIES: Final = {
    "E2": N_("A measurement cannot be trusted, so the device switched itself off."),
    "E3": N_("The output did not do what was set, so the device switched itself off."),
    "E4": N_("A safety switch acted, so the device switched itself off."),
}
FAULTS: Final = {
    "E203": N_("Two measurements did not agree, so the device switched itself off."),
    "E401": N_("The red switch was pushed. Turn it to release it."),
    "E408": N_("The control program was late, so the device switched itself off."),
}
FAULT_OTHERWISE: Final = N_("Something was not as it must be, so the device switched itself off.")
FAULT_STAYS: Final = N_("It stays off until it was checked.")

# The screen lost the device (the words of the kiosk design, exactly).
FADES: Final = N_("The current fades by itself: count to ten. Then lift them out slowly.")
FADES_PADS: Final = N_("The current fades by itself: count to ten. Then take them off slowly.")
RED_SWITCH: Final = N_("If you still feel current, push the red switch with your elbow.")
