"""Who may be what on our sockets, from `[roles]` of the installation.

It must never give a role on a real device that the installation does not name.
"""

import grp
import os
import pwd
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from appliance.config import Part, load_toml
from appliance.errors import ConfigError
from appliance.link.messages import Role
from appliance.link.roles import ALL_ROLES, Roles

Names = dict[str, tuple[Role, ...]]


class RolesTable(Part, frozen=True):
    """Names or numbers of users and groups, and the roles of each."""

    user: Names = msgspec.field(default_factory=dict)
    group: Names = msgspec.field(default_factory=dict)


class RolesFile(Part, frozen=True):
    """`/etc/ionto/roles.toml`: `[roles.user]` and `[roles.group]`."""

    roles: RolesTable


def load_roles(path: Path) -> Roles:
    """Read the installation's roles.

    Raises:
        ConfigError: E503 the file cannot be read; E501 a key, a role, a user or a group is unknown.
    """
    table = load_toml(path, RolesFile).roles
    users = _numbers(table.user, "user", lambda name: pwd.getpwnam(name).pw_uid, path)
    groups = _numbers(table.group, "group", lambda name: grp.getgrnam(name).gr_gid, path)
    return Roles(users, groups)


def demo_roles(*, simulated: bool) -> Roles:
    """Every role for our own user, on a private socket.

    Raises:
        ConfigError: E512 the device is real.
    """
    if not simulated:
        raise ConfigError("E512", "demo roles are for a simulated device only; name the users in [roles]")
    return Roles({os.getuid(): ALL_ROLES}, {})


def _numbers(names: Names, what: str, number_of: Callable[[str], int], path: Path) -> Mapping[int, frozenset[Role]]:
    """Numbers instead of names."""
    numbers: dict[int, frozenset[Role]] = {}
    for name, roles in names.items():
        try:
            number = int(name) if name.isdecimal() else number_of(name)
        except KeyError as error:
            raise ConfigError("E501", f"{path}: [roles.{what}] names {name!r}, which is no {what} here") from error
        numbers[number] = numbers.get(number, frozenset()) | frozenset(roles)
    return numbers
