"""Who FAB's users are, and what their roles let them do at this moment."""

import pytest
from sqlalchemy import event, update

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.fab import FabUsers
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.errors import Unsupported
from tests.people import add_group, add_role, add_user
from tests.resolvers.access.conftest import Opening
from tests.stores import SQLiteStore
from tests.world import World


def users_of(world: World) -> FabUsers:
    service = world.service
    return FabUsers.of(Installation(service.settings, service.config, service.engine, service.generation))


def change(world: World, relation: str, row: int, **values: object) -> None:
    found = world.generation.relation(relation)
    with world.service.engine.begin() as connection:
        connection.execute(update(found.table).where(found.table.c.id == row).values(found.physical(values)))


def test_a_user_is_known_by_id_by_name_in_any_case_and_by_address(peopled: World) -> None:
    ada = add_user(peopled, "ada", add_role(peopled, "Reader", "can_read on DAGs"))
    users = users_of(peopled)

    for actor in (users.by_id(ada), users.by_name("ada"), users.by_name("ADA"), users.by_name("ada@example.org")):
        assert isinstance(actor, Actor)
        assert (actor.name, actor.user_id, actor.display_name) == ("ada", ada, "Ada Tester")
        assert (actor.role, actor.grants) == ("Reader", {Permission.DAG_READ: EVERYTHING})


def test_strange_names_and_ids_are_nobodys(peopled: World) -> None:
    add_user(peopled, "ada")
    users = users_of(peopled)

    for name in ("", "nobody", "nul\0", "half\ud800", "x" * 600, "' OR 1=1 --"):
        assert users.by_name(name) is None
    for user_id in (0, -1, 99, 2**31, 2**80):
        assert users.by_id(user_id) is None


def test_an_inactive_user_is_nobody(peopled: World) -> None:
    users = users_of(peopled)

    for name, active in (("ada", False), ("ben", None)):
        user_id = add_user(peopled, name, is_active=active)
        assert users.by_id(user_id) is None
        assert users.by_name(name) is None
        assert users.by_password(name, "right") is None


def test_roles_add_up_and_all_of_them_are_told(peopled: World) -> None:
    one = add_role(peopled, "Runs", "can_read on DAG Runs")
    two = add_role(peopled, "Etl", "can_read on DAG:etl", "menu_access on DAGs")
    add_user(peopled, "ada", one, two)

    actor = users_of(peopled).by_name("ada")

    assert actor is not None
    assert actor.role == "Etl, Runs"
    assert actor.grants == {Permission.DAG_READ: frozenset({"etl"}), Permission.RUN_READ: frozenset({"etl"})}


def test_a_user_without_roles_may_do_nothing(peopled: World) -> None:
    add_user(peopled, "ada")

    actor = users_of(peopled).by_name("ada")

    assert actor is not None
    assert (actor.role, actor.grants) == (None, {})


def test_the_roles_of_groups_count_as_ones_own(peopled: World) -> None:
    if peopled.generation.number == 2:
        assert peopled.generation.relation("group").absent
        return
    own = add_role(peopled, "Reader", "can_read on DAGs")
    theirs = add_role(peopled, "Pools", "can_read on Pools")
    ada = add_user(peopled, "ada", own)
    add_group(peopled, "plumbers", users=[ada], roles=[own, theirs])

    actor = users_of(peopled).by_name("ada")

    assert actor is not None
    assert actor.role == "Pools, Reader"
    assert set(actor.grants) == {Permission.DAG_READ, Permission.POOL_READ}


def test_whatever_changes_counts_as_soon_as_it_is_read_again(peopled: World) -> None:
    role = add_role(peopled, "Reader", "can_read on DAGs")
    ada = add_user(peopled, "ada", role)
    users = users_of(peopled)
    before = users.by_id(ada)
    assert before is not None
    assert before.grants

    with peopled.service.engine.begin() as connection:
        connection.execute(peopled.generation.relation("role_permission").table.delete())
    after = users.by_id(ada)
    assert after is not None
    assert not after.grants

    change(peopled, "user", ada, is_active=False)
    assert users.by_id(ada) is None


def test_who_was_read_a_moment_ago_costs_no_statement(opening: Opening) -> None:
    world = opening(access_refresh=300)
    ada = add_user(world, "ada", add_role(world, "Reader", "can_read on DAGs"))
    users = users_of(world)
    first = users.by_id(ada)
    ran: list[str] = []
    event.listen(world.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))

    assert all(users.by_id(ada) is first for _ in range(100))
    assert ran == []


def test_users_of_the_same_roles_share_what_is_read_of_these(opening: Opening) -> None:
    world = opening(access_refresh=300)
    role = add_role(world, "Reader", "can_read on DAGs")
    users = users_of(world)
    ids = [add_user(world, name, role) for name in ("ada", "ben", "cy")]
    ran: list[str] = []
    event.listen(world.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))

    assert all(users.by_id(user_id) is not None for user_id in ids)
    assert len([statement for statement in ran if "ab_permission_view_role" in statement]) == 1
    assert len([statement for statement in ran if "ab_user" in statement]) == 3


def test_an_airflow_without_fab_has_no_users(sqlite_store: SQLiteStore) -> None:
    world = World.open(sqlite_store.database("3.3"), "3.3")
    users = users_of(world)

    assert not users.are_there
    assert (users.by_id(1), users.by_name("ada"), users.by_role("Public")) == (None, None, None)
    assert users.by_password("ada", "right") is None
    world.close()

    with pytest.raises(Unsupported, match="no table ab_user"):
        World.open(sqlite_store.database("3.3"), "3.3", authentication="basic")


def test_a_user_name_counts_before_an_address(peopled: World) -> None:
    ada = add_user(peopled, "ada", email="shared@example.org")
    ben = add_user(peopled, "shared@example.org", email="ben@example.org")
    users = users_of(peopled)

    found = [users.by_name(name) for name in ("shared@example.org", "ben@example.org", "ada")]

    assert [actor and actor.user_id for actor in found] == [ben, ben, ada]
