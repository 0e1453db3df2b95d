"""What the documents and project files say is so: commands, paths, codes, targets, packages and locks."""

import ast
import configparser
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from appliance.cli.main import COMMANDS
from appliance.errors import CATALOGUE

ROOT = Path(__file__).parent.parent
DOCUMENTS = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "appliance").rglob("*.md")]
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
LOCK = (ROOT / "image_build/requirements.lock").read_text()
MUTANTS_LOCK = (ROOT / "image_build/mutants.lock").read_text()
PACKAGES = ROOT / "image_build/packages.sh"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def setup_requirements(*extras: str) -> dict[str, Requirement]:
    """What setup.cfg asks for, by name, with the extras given."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "setup.cfg")
    text = parser["options"]["install_requires"] + "".join(parser["options.extras_require"][extra] for extra in extras)
    wanted = [Requirement(line) for line in text.splitlines() if line]
    return {requirement.name.lower(): requirement for requirement in wanted}


def libraries(folder: str) -> set[str]:
    """Distributions of every module that the files of `folder` import, the standard library's and ours apart."""
    own = {path.stem for path in (ROOT / "tests").rglob("*")} | {"appliance", "tests"}
    roots = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                roots |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                roots.add((node.module or "").partition(".")[0])
    installed = packages_distributions()
    return {installed.get(root, [root])[0].lower().replace("_", "-") for root in roots - own - sys.stdlib_module_names}


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_commands_codes_and_targets_in_documents_exist(path: Path) -> None:
    text = path.read_text()
    assert set(re.findall(r"`ionto ([a-z][a-z-]*)", text)) <= set(COMMANDS)
    assert set(re.findall(r"\bE\d{3}\b", text)) <= set(CATALOGUE)
    assert set(re.findall(r"`make ([a-z][a-z-]*)`", text)) <= set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_links_and_pictures_in_documents_exist(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)", path.read_text()):
        if not target.startswith("https://"):
            assert (path.parent / target).exists(), target


def test_the_map_of_the_readme_is_the_tree() -> None:
    columns = re.findall(r"^\| (`.+?) \|", README, re.MULTILINE)
    named = {ROOT / path for column in columns for path in re.findall(r"`(.+?)`", column)}
    assert [path for path in named if not path.exists()] == []
    assert {path.parent for path in (ROOT / "appliance").glob("*/__init__.py")} <= named


def test_the_first_screen_of_the_readme_says_what_this_is_not_and_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:24])
    for needed in ("not a certified medical device", "make run", "make test"):
        assert needed in first


def test_every_dependency_is_bounded_and_locked_within_its_bounds() -> None:
    locked = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK + MUTANTS_LOCK, re.MULTILINE))
    for name, requirement in setup_requirements("dev", "mutants").items():
        assert any(part.operator in {"==", "<", ">="} for part in requirement.specifier)
        assert requirement.specifier.contains(locked[name]), requirement


def test_every_library_that_is_imported_is_asked_for_by_name() -> None:
    """What only another library brings along may go with its next version."""
    assert libraries("appliance") <= set(setup_requirements("pi", "dev"))
    assert libraries("tests") <= set(setup_requirements("dev", "mutants"))


@pytest.mark.parametrize("lock", [LOCK, MUTANTS_LOCK], ids=["requirements", "mutants"])
def test_every_line_of_a_lock_has_hashes_and_names_no_host(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    for entry in entries:
        assert "--hash=sha256:" in entry, entry
    assert "--index" not in lock
    assert "://" not in lock


@pytest.mark.parametrize("section", ["runtime", "workstation"])
def test_the_package_list_is_readable_for_this_machine(section: str) -> None:
    done = subprocess.run(
        ["/bin/sh", str(PACKAGES), "list", section], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", name) for name in done.stdout.split())


def test_sections_of_the_package_list_are_known_ones() -> None:
    text = (ROOT / "image_build/packages.txt").read_text()
    assert re.findall(r"^# section: (\w+)", text, re.MULTILINE) == ["runtime", "workstation", "appliance"]
    names = [name for line in text.splitlines() if line and line[0] != "#" for name in line.split(" | ")]
    assert len(names) == len(set(names))


def test_ci_is_lint_tests_and_the_quick_campaign() -> None:
    lines = (ROOT / ".ci/run").read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert lines[-3:] == ["make lint", "make test", ".venv/bin/ionto faults --quick"]
