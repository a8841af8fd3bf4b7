"""What Airflow's own roles permit, as Airflow itself fills them."""

import json

import pytest

from resolvers.access.actor import EVERYTHING
from resolvers.access.fab_grants import Pair, grants_of
from resolvers.access.permissions import ROLE_PERMISSIONS, Permission
from resolvers.settings import Role
from tests.stores import RECORDINGS

MINORS = ("2.11", "3.3")
every_minor = pytest.mark.parametrize("minor", MINORS)


def granted(minor: str, role: str) -> dict[Permission, object]:
    recorded = json.loads((RECORDINGS / "people" / f"{minor}-roles.json").read_text())
    pairs: list[Pair] = [tuple(permitted.split(" on ", 1)) for permitted in recorded[role]]
    return dict(grants_of(pairs, int(minor[0])))


@every_minor
def test_the_role_public_permits_nothing(minor: str) -> None:
    assert granted(minor, "Public") == {}


@every_minor
def test_the_role_admin_permits_everything_by_what_it_holds(minor: str) -> None:
    assert granted(minor, "Admin") == dict.fromkeys(Permission, EVERYTHING)


@every_minor
@pytest.mark.parametrize("role", [Role.VIEWER, Role.USER, Role.OP])
def test_an_ordinary_role_permits_what_the_tokens_of_its_name_do(minor: str, role: Role) -> None:
    permitted = granted(minor, role.value.title())

    # FAB lets users make events of assets, which elsewhere only operators may.
    more = {Permission.ASSET_CREATE} if role is Role.USER else set()
    assert permitted == dict.fromkeys(ROLE_PERMISSIONS[role] | more, EVERYTHING)
