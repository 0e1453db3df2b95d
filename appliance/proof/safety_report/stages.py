"""What the report rests on: each stage, the command that makes its evidence, and how its result is read."""

from typing import Final, NamedTuple

from appliance.proof.hazards import Control, Hazards
from appliance.proof.safety_report.shapes import Kills, Mutants, Result, Tests
from appliance.proof.safety_report.shapes_faults import Explore, Faults
from appliance.proof.safety_report.shapes_people import Lift, Phenotypes, Signature


class Stage(NamedTuple):
    """One piece of evidence. `words` follow `ionto`; without them it is made elsewhere, as `how` says."""

    name: str
    title: str
    words: tuple[str, ...]
    shape: type[Result]
    how: str
    with_tests: bool = False  # files of the tests belong to what it was made from
    named: tuple[str, ...] = ()  # what the risk file asks of it: made anew when that changes


def main_stages(*, quick: bool) -> tuple[Stage, ...]:
    """In the order of the report; `quick` takes fewer cells, seeds and repetitions, and no mutants."""
    few = ("--quick",) if quick else ()
    signature = ("--seeds", "5") if quick else ("--seeds", "200")
    lifts = () if quick else ("--seeds", "5")
    corners = ("--polarisation-s", "1,5", "--motion-hz", "0.2,1", "--hum-hz", "50,60")
    people = ("--seeds", "1", "--minutes", "2") if quick else ("--seeds", "20", *corners)
    rounds = ("--quick",) if quick else ("--rounds", "50", "--resume")
    stages = (
        Stage("explore", "Session machine, explored", ("explore", "--json", *few), Explore, "`ionto explore`"),
        Stage("faults", "Single and double faults", ("faults", "--json", *few), Faults, "`ionto faults`"),
        Stage("kills", "Programs killed", ("kills", "--json", *rounds), Kills, "`ionto kills`"),
        Stage("lift", "Hands lifted", ("lift", "--json", *lifts), Lift, "`ionto lift`"),
        Stage("signature", "Body signature", ("signature", "--json", *signature), Signature, "`ionto signature`"),
        Stage("phenotypes", "False trips", ("phenotypes", "--json", *people), Phenotypes, "`ionto phenotypes`"),
        Stage("tests", "Tests of the controls", (), Tests, "the tests that hardware/hazards.toml names", True),
    )
    return stages if quick else (*stages, Stage("mutants", "Mutants", (), Mutants, "`make mutants`", True))


FAULTS_OF: Final = "without.{}.faults"
EXPLORE_OF: Final = "without.{}.explore"
STORY: Final = "story"  # stands among the cells of a control that has one


def cells_of(control: Control) -> tuple[str, ...]:
    """What `ionto faults --without` must show of it: its cells, and its story."""
    return (*control.faults, STORY) if control.story else control.faults


def removal_stages(hazards: Hazards) -> tuple[Stage, ...]:
    """Of each control of the daemon, the named cells, story and invariants, without it: they must fail.

    `ionto faults --without` runs what the risk file names, so this belongs to what it was made from.
    """
    stages = []
    for name in hazards.removable:
        control = hazards.control[name]
        for of, command, shape, named in (
            (FAULTS_OF, "faults", Faults, cells_of(control)),
            (EXPLORE_OF, "explore", Explore, control.invariants),
        ):
            words = (command, "--json", "--without", name)
            if named:
                how = f"`ionto {command} --without {name}`"
                stages.append(Stage(of.format(name), name, words, shape, how, named=named))
    return tuple(stages)
