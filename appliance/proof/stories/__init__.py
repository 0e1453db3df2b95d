"""Stories of what a control forbids where no fault and no exploration brings it out: `ionto faults --without`."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from appliance.proof.stories.checks import CHECKS
from appliance.proof.stories.contact import CONTACT
from appliance.proof.stories.entry import ENTRY
from appliance.proof.stories.limits import LIMITS
from appliance.proof.stories.rules import RULES
from appliance.proof.stories.story import Story, Told, tell

STORIES: Final[Mapping[str, Story]] = MappingProxyType(
    {story.control: story for story in (*LIMITS, *RULES, *CONTACT, *CHECKS, *ENTRY)}
)

__all__ = ["STORIES", "Story", "Told", "tell"]
