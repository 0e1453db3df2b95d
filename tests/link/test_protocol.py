"""PROTOCOL.md says everything that the types say, and the golden transcript of this version is what we speak."""

import re
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from appliance.errors import CATALOGUE
from appliance.link import messages, recorder_messages
from appliance.link.framing import FRAME_BYTES, decode_answer, decode_command, encode
from appliance.link.listener import CLIENTS_MAX, tag_of
from appliance.link.messages import PROTOCOL_VERSION, ROLES, Answer, Command, Message, Value
from appliance.link.recorder_messages import (
    RECORDER_ROLES,
    RecorderAnswer,
    RecorderCommand,
    decode_recorder_answer,
    decode_recorder_command,
)

LINK = Path(messages.__file__).parent
DOCUMENT = (LINK / "PROTOCOL.md").read_text()
SECTIONS = {title.strip("`"): body for title, body in re.findall(r"^#### (.+)\n((?:(?!#).*\n)*)", DOCUMENT, re.M)}
KINDS: dict[str, type] = {
    **{tag_of(kind): kind for kind in (*get_args(Command), *get_args(Answer))},
    **{kind.__name__: kind for kind in Value.__subclasses__()},
    "permit_request": recorder_messages.PermitRequest,
    "permit_issued": recorder_messages.PermitIssued,
    "recorder's `welcome": recorder_messages.RecorderWelcome,
}


class Line(msgspec.Struct, rename={"who": "from"}, forbid_unknown_fields=True):
    socket: str
    who: str
    says: msgspec.Raw


TRANSCRIPT = [
    msgspec.json.decode(line, type=Line)
    for line in (LINK / "transcripts" / f"v{PROTOCOL_VERSION}.jsonl").read_bytes().splitlines()
]
DECODERS = {
    ("control", True): decode_answer,
    ("control", False): decode_command,
    ("recorder", True): decode_recorder_answer,
    ("recorder", False): decode_recorder_command,
}
SERVERS = {"control": "daemon", "recorder": "recorder"}


def said(line: Line) -> Any:
    return DECODERS[line.socket, line.who == SERVERS[line.socket]](bytes(line.says))


@pytest.mark.parametrize("line", TRANSCRIPT, ids=lambda line: f"{line.who}:{bytes(line.says)[9:25].decode()}")
def test_every_line_of_the_transcript_is_read_and_written_as_it_stands(line: Line) -> None:
    assert encode(said(line)) == bytes(line.says) + b"\n"


def test_the_transcript_has_every_message() -> None:
    every = {kind for union in (Command, Answer, RecorderCommand, RecorderAnswer) for kind in get_args(union)}
    assert {type(said(line)) for line in TRANSCRIPT} == every


def test_in_the_transcript_everyone_keeps_to_its_role() -> None:
    for line in TRANSCRIPT:
        if line.who != SERVERS[line.socket]:
            roles = {"control": ROLES, "recorder": RECORDER_ROLES}[line.socket]
            tag = tag_of(type(said(line)))
            refused = (line.who, tag) == ("technician", "renew")
            assert (line.who in roles[tag]) is not refused


def test_every_message_and_value_has_its_section() -> None:
    assert set(SECTIONS) == set(KINDS)
    assert {kind for kind in Message.__subclasses__() if kind.__module__.startswith("appliance.link")} == {
        kind for kind in KINDS.values() if issubclass(kind, Message)
    }


@pytest.mark.parametrize("title", KINDS)
def test_every_field_is_documented_and_no_other(title: str) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", SECTIONS[title], re.M)
    assert documented == [field.encode_name for field in msgspec.structs.fields(KINDS[title])]


@pytest.mark.parametrize(("tag", "roles"), [*ROLES.items(), ("permit_request", RECORDER_ROLES["permit_request"])])
def test_who_may_send_is_documented(tag: str, roles: frozenset[str]) -> None:
    found = re.match(r"From: ([a-z, ]+)\.", SECTIONS[tag])
    assert found is not None
    assert set(found.group(1).split(", ")) == roles


def test_every_code_of_the_link_is_documented_and_every_code_named_exists() -> None:
    table = DOCUMENT.partition("## Refusals of the link")[2]
    assert re.findall(r"^\| (E1\d\d) \|", table, re.M) == [code for code in CATALOGUE if code.startswith("E1")]
    assert set(re.findall(r"\bE\d{3}\b", DOCUMENT)) <= set(CATALOGUE)


def test_numbers_of_the_text_are_those_of_the_code() -> None:
    assert f"at most {FRAME_BYTES} bytes" in DOCUMENT
    assert CLIENTS_MAX == 8
    assert "At most eight clients" in DOCUMENT
    assert DOCUMENT.startswith(f"# The protocol, version {PROTOCOL_VERSION}\n")


def test_the_example_of_a_plans_fingerprint_is_right() -> None:
    canonical, fingerprint = re.search(r"```\n(\{\"duration_s\".*\})\n([0-9a-f]{64})\n```", DOCUMENT).groups()  # type: ignore[union-attr]
    assert sha256(canonical.encode()).hexdigest() == fingerprint
