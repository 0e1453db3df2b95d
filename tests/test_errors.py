"""Every code that anything can say is explained, completely and in words that its reader knows."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from appliance import errors
from appliance.errors import CATALOGUE, Explanation, IontoError
from appliance.kiosk.sentences import SPOKEN_CODES

ROOT = Path(__file__).parent.parent / "appliance"
TESTS = Path(__file__).parent
SHOWN_IN = {"test_kiosk_view_model.py", "test_demo_shows.py", "test_cli_main.py"}  # codes given to a screen, not by one
CODE = re.compile(r"E\d{3}")
FAMILIES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, IontoError)]
JARGON = re.compile(r"\b(ADC|DAC\d?|I2C|GPIO|LED|EEPROM|socket|ohm|mA|latch|daemon|recorder|lease|permit|json)\b", re.I)


def constants(paths: Iterable[Path]) -> set[str]:
    """Every string constant in them."""
    nodes = (node for path in paths for node in ast.walk(ast.parse(path.read_text())))
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def used_codes() -> set[str]:
    """Every string constant of the tree, outside the catalogue itself, that is a code."""
    return {text for text in constants(p for p in ROOT.rglob("*.py") if p.name != "errors.py") if CODE.fullmatch(text)}


def given_codes() -> set[str]:
    """Codes where something is made of them: an argument, a value that is returned, kept or chosen.

    A comparison, a set to look up in and a sentence for display make nothing; the kiosk and its recordings only show.
    """
    found = set()
    for path in ROOT.rglob("*.py"):
        if path.name == "errors.py" or "kiosk" in path.parts:
            continue
        tree = ast.parse(path.read_text())
        shown = {id(inner) for node in ast.walk(tree) if looks(node) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in shown and CODE.fullmatch(str(node.value)):
                found.add(str(node.value))
    return found


def looks(node: ast.AST) -> bool:
    """Whether codes in this node are looked at, not given."""
    return isinstance(node, ast.Compare | ast.Set | ast.match_case) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "frozenset"
    )


def provoked_codes() -> set[str]:
    """Codes that a test expects of the program; what tests only show, say in prose or raise themselves is no proof."""
    found = set()
    for path in TESTS.rglob("test_*.py"):
        if path.name in SHOWN_IN or path == Path(__file__):
            continue
        tree = ast.parse(path.read_text())
        own = {id(inner) for node in ast.walk(tree) if raises_itself(node) for inner in ast.walk(node)}
        for node in ast.walk(tree):
            if expects(node):
                inside = [n for n in ast.walk(node) if isinstance(n, ast.Constant) and id(n) not in own]
                found |= {code for n in inside for code in re.findall(r"\bE\d{3}\b", str(n.value))}
    return found


def expects(node: ast.AST) -> bool:
    """An assertion, a helper's that makes one, what is expected to be raised, or a row of a table of cases."""
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("pytest.raises", "pytest.mark.parametrize", "check_cut")
    return isinstance(node, ast.Assert)


def raises_itself(node: ast.AST) -> bool:
    """An error that the test makes, as input."""
    return isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Error")


def mentioned_codes() -> dict[str, set[str]]:
    """Every code in any text of the tree, with the files that say it."""
    root = TESTS.parent
    told: dict[str, set[str]] = {}
    for folder in ("appliance", "hardware", "systemd", "image_build"):
        for path in (root / folder).rglob("*"):
            if path.suffix in {".py", ".md", ".toml", ".service", ".sh", ".po", ".kv"}:
                for code in re.findall(r"\bE[1-7]\d\d\b", re.sub(r"# noqa.*", "", path.read_text())):
                    told.setdefault(code, set()).add(path.name)
    return told


def test_every_code_in_the_tree_is_explained() -> None:
    used = used_codes()
    assert used
    assert used <= set(CATALOGUE)


def test_no_comment_message_or_document_names_a_code_that_nobody_explained() -> None:
    assert {code: files for code, files in mentioned_codes().items() if code not in CATALOGUE} == {}


def test_every_code_can_be_given() -> None:
    assert set(CATALOGUE) - given_codes() == set()


def test_every_code_is_provoked_by_a_test() -> None:
    assert set(CATALOGUE) - provoked_codes() == set()


@pytest.mark.parametrize("code", CATALOGUE)
def test_every_audience_is_told_something_it_can_read(code: str) -> None:
    explanation = CATALOGUE[code]
    assert explanation.title
    assert not explanation.title.endswith(".")
    for sentence in explanation[1:]:
        assert sentence.endswith(".")
        assert sentence[0].isupper()
        assert len(sentence) <= 180
    for sentence in (explanation.patient, explanation.clinic):
        assert JARGON.search(sentence) is None


@pytest.mark.parametrize("code", CATALOGUE)
def test_the_patient_is_told_little_at_a_time(code: str) -> None:
    """Three short sentences at most, and fewer words where a screen speaks them to somebody with wet hands."""
    patient = CATALOGUE[code].patient
    assert patient.count(". ") <= 2
    assert len(patient) <= (90 if code in SPOKEN_CODES else 120)


@pytest.mark.parametrize("code", CATALOGUE)
def test_no_text_claims_a_current_that_nobody_measured(code: str) -> None:
    """A text is the same whatever the sensors say: it may tell what the device did, not what flows."""
    for text in CATALOGUE[code]:
        assert re.search(r"\bno current\b", text, re.IGNORECASE) is None


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_reader_is_told_what_happened_and_what_to_do(code: str) -> None:
    """Two statements at least: one alone cannot say both."""
    for text in CATALOGUE[code][1:]:
        assert len(re.split(r"[.;:,] ", text)) >= 2, text


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_code_has_exactly_one_family(code: str) -> None:
    families = [kind for kind in FAMILIES if kind.family and code.startswith(kind.family)]
    assert len(families) == 1
    error = families[0](code, "what was wrong")
    assert str(error) == f"{code}: what was wrong"
    for other in FAMILIES:
        if other.family and other is not families[0]:
            with pytest.raises(ValueError, match=f"{code} is not a code of {other.__name__}"):
                other(code, "what was wrong")


def test_a_code_that_nobody_explained_cannot_be_raised() -> None:
    with pytest.raises(ValueError, match="E999"):
        IontoError("E999", "something")


def test_the_tree_in_the_docstring_names_every_family() -> None:
    for kind in FAMILIES:
        assert kind.__name__ in (errors.__doc__ or "")


def test_an_explanation_has_three_audiences() -> None:
    assert Explanation._fields == ("title", "patient", "clinic", "technician")
