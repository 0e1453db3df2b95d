"""All messages of the local socket. PROTOCOL.md describes them; this file is their only definition.

A message is one JSON object on one line, tagged by `type`. Unknown fields are refused. Units are in the names.
"""

from typing import Annotated, Final, Literal

import msgspec

PROTOCOL_VERSION: Final = 1

# Of whatever a client names: it comes back in answers, statuses and events, each of which must fit a frame.
WORD_CHARACTERS: Final = 64
Word = Annotated[str, msgspec.Meta(max_length=WORD_CHARACTERS)]
Id = Annotated[str, msgspec.Meta(min_length=1, max_length=WORD_CHARACTERS)]
Role = Literal["kiosk", "recorder", "technician"]
State = Literal[
    "SELF_TEST", "IDLE", "ARMED", "CONTACT", "RAMP_UP", "HOLD", "RAMP_DOWN", "REVERSE", "PAUSED", "DONE", "FAULT"
]
Direction = Literal["normal", "reversed"]
PolarityPlan = Literal["reverse_at_half", "fixed_normal", "fixed_reversed"]
Outcome = Literal["completed", "stopped", "partial", "not_started", "fault"]
PauseReason = Literal["hands_out", "area", "pedal", "stings", "tray", "operator_lost", "contact_lost"]
ContactStage = Literal["none", "in_water", "both", "steady"]


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="type"):
    """Base of all messages."""


class Value(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the values inside messages."""


class Plan(Value, frozen=True):
    """What is asked for. `max_ma` is how far the patient may raise it (the prescription's ceiling)."""

    site: Word  # hands, feet, underarms, child_hands
    set_ma: float
    max_ma: float
    duration_s: float
    polarity: PolarityPlan = "reverse_at_half"
    ramp_ma_per_s: float = 0.5
    someone_beside: bool = False
    median_contact_ohm: float | None = None


class Limit(Value, frozen=True):
    """One limit that acted: `reason` is a sentence key of the catalogue, `value` what it left, `unit` its unit."""

    reason: str
    value: float
    unit: Literal["mA", "V", "s", "C"]


class Trip(Value, frozen=True):
    """One monitor that spoke."""

    code: str
    monitor: str
    reaction: Literal["PAUSE", "RAMP_DOWN", "CUT"]
    t_session_s: float


# ---------------------------------------------------------------- to the daemon


class Hello(Message, frozen=True, tag="hello"):
    """First message of every client."""

    role: Role
    version: int


class PermitGrant(Message, frozen=True, tag="permit"):
    """Recorder only: allows one treatment, once, within ten minutes."""

    permit: Id
    patient: Id
    site: Word
    prescription_version: int
    screening: Word
    plan_sha256: Word


class Start(Message, frozen=True, tag="start"):
    """Kiosk: begin a session. Idempotent by `id`. `permit` 'demo' is known to a simulated device only."""

    id: Id
    permit: Word
    plan: Plan


class Begin(Message, frozen=True, tag="begin"):
    """Kiosk, in ARMED, where touch may begin: feet, or someone is beside the patient."""


class Stop(Message, frozen=True, tag="stop"):
    """Anyone, any time: to zero within 2 s; a second one within 0.5 s."""


class Pause(Message, frozen=True, tag="pause"):
    """Kiosk: 'it stings'."""


class Resume(Message, frozen=True, tag="resume"):
    """Kiosk, in PAUSED, under a live lease."""


class Adjust(Message, frozen=True, tag="adjust"):
    """Kiosk: the patient's own choice, one step weaker or stronger."""

    steps: Literal[-1, 1]


class Renew(Message, frozen=True, tag="renew"):
    """Kiosk: renews the lease; only while the status that it shows is younger than 1 s."""


class Acknowledge(Message, frozen=True, tag="acknowledge"):
    """Kiosk: DONE was read. Kiosk or technician: FAULT was read (by the role that its code demands)."""


class Ack(Message, frozen=True, tag="ack"):
    """Recorder: every event up to `seq` is on disk."""

    seq: int


# ---------------------------------------------------------------- from the daemon


class Welcome(Message, frozen=True, tag="welcome"):
    """Answer to hello."""

    version: int
    simulated: bool
    boot: str
    last_event: int


class Refused(Message, frozen=True, tag="refused"):
    """A message was not accepted; nothing changed."""

    code: str
    message: str
    re: str  # type of the message that was refused; empty if it could not be read
    id: str = ""  # of a start or a permit


class Accepted(Message, frozen=True, tag="accepted"):
    """A command was taken. For start: the plan as it will be given, and why it differs."""

    re: str
    id: str = ""
    plan: Plan | None = None
    limits: tuple[Limit, ...] = ()


class Contact(Value, frozen=True):
    """CONTACT as people see it."""

    stage: ContactStage = "none"
    meter: float = 0.0  # 0..1, 1 = enough
    steady_left_s: float | None = None
    why: str | None = None  # error code of what is missing


class Paused(Value, frozen=True):
    """PAUSED as people see it."""

    reason: PauseReason
    ends_in_s: float
    by_person: bool  # True: only the pedal or a touch leads back


class Interlocks(Value, frozen=True):
    """Inputs as meanings."""

    e_stop: bool
    pedal: bool
    tray_left_out: bool
    tray_right_out: bool
    latch_tripped: bool
    watchdog_ok: bool
    relay_open: bool
    reversed: bool


class Status(Message, frozen=True, tag="status"):
    """The full state, ten times a second, latest wins."""

    tick: int
    t_mono_ns: int
    simulated: bool
    state: State
    session: str | None
    site: str | None
    direction: Direction
    plan: Plan | None
    set_ma: float  # in force now, without dither and trim
    target_ma: float  # where the ramp is going
    return_ma: float | None  # measured at the patient; None = not measured
    source_ma: float | None
    patient_v: float | None
    compliance_v: float
    resistance_ohm: float | None
    charge_mc: float
    elapsed_s: float
    remaining_s: float
    half_done: bool
    no_current: bool  # measured below 0.1 mA and the output open
    stopping: bool
    can_weaken: bool
    can_strengthen: bool
    contact: Contact | None
    paused: Paused | None
    interlocks: Interlocks
    blocked: str | None  # error code of what keeps the output from closing now
    trips: tuple[Trip, ...]
    limits: tuple[Limit, ...]
    limited_by: str | None  # sentence key of the limit that holds the current below target now
    lease_left_s: float | None
    wait_s: float  # before a start is possible (treatment timer)
    outcome: Outcome | None
    reason: str | None  # why it ended: error code or sentence key


class Event(Message, frozen=True, tag="event"):
    """Something that must be recorded. Repeated until the recorder acknowledges it."""

    seq: int
    t_mono_ns: int
    session: str | None
    kind: str  # state, trip, start, end, adjust, limit, fault, self_test, events_lost: PROTOCOL.md
    detail: dict[str, str | float | int | bool | None]


Command = Hello | PermitGrant | Start | Begin | Stop | Pause | Resume | Adjust | Renew | Acknowledge | Ack
Answer = Welcome | Refused | Accepted | Status | Event

ROLES: Final[dict[str, frozenset[Role]]] = {
    "hello": frozenset(("kiosk", "recorder", "technician")),
    "permit": frozenset(("recorder",)),
    "start": frozenset(("kiosk",)),
    "begin": frozenset(("kiosk",)),
    "stop": frozenset(("kiosk", "recorder", "technician")),
    "pause": frozenset(("kiosk",)),
    "resume": frozenset(("kiosk",)),
    "adjust": frozenset(("kiosk",)),
    "renew": frozenset(("kiosk",)),
    "acknowledge": frozenset(("kiosk", "technician")),
    "ack": frozenset(("recorder",)),
}
