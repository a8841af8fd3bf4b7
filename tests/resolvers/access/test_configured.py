"""Which ways callers may take where Airflow's configuration decides, and who strangers are."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.configured import anonymous_role, ways
from resolvers.access.method import Installation
from resolvers.access.permissions import Permission
from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Invalid, Unauthenticated
from resolvers.metadata.airflow2 import AIRFLOW_2
from resolvers.metadata.airflow3 import AIRFLOW_3
from resolvers.settings import Role, load_settings
from resolvers.setup import callers, open_service
from tests.people import add_role
from tests.resolvers.access.conftest import Opening
from tests.stores import SQLiteStore
from tests.world import World

FAB = "airflow.providers.fab.auth_manager.api.auth.backend"


def installation(world: World, generation: int, authentication: str = "airflow", **environ: str) -> Installation:
    return Installation(
        load_settings(authentication=authentication),
        AirflowConfig.discover(environ={f"AIRFLOW__{name}": value for name, value in environ.items()}),
        world.service.engine,
        {2: AIRFLOW_2, 3: AIRFLOW_3}[generation],
    )


@pytest.fixture
def world(sqlite_store: SQLiteStore) -> World:
    return World.open(sqlite_store.database("2.11"), "2.11")


@pytest.mark.parametrize(
    ("backends", "expected"),
    [
        (None, ()),
        ("", ()),
        ("airflow.api.auth.backend.session", ()),
        ("airflow.api.auth.backend.deny_all", ()),
        ("airflow.api.auth.backend.default", ()),
        ("airflow.contrib.auth.backends.password_auth", ("basic",)),
        ("airflow.api.auth.backend.basic_auth", ("basic",)),
        (f"{FAB}.basic_auth,{FAB}.session", ("basic",)),
        (f"{FAB}.kerberos_auth, {FAB}.basic_auth", ("kerberos", "basic")),
        (f"{FAB}.basic_auth, airflow.api.auth.backend.basic_auth", ("basic",)),
    ],
)
def test_the_backends_of_airflow_2_are_ways_here(world: World, backends: str | None, expected: tuple[str, ...]) -> None:
    told = {} if backends is None else {"API__AUTH_BACKENDS": backends}

    assert ways(installation(world, 2, **told)) == expected


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        (None, ("jwt", "simple")),
        ("airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager", ("jwt", "simple")),
        ("airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager", ("jwt", "basic")),
    ],
)
def test_the_auth_manager_of_airflow_3_names_ways_here(
    world: World, manager: str | None, expected: tuple[str, ...]
) -> None:
    told = {} if manager is None else {"CORE__AUTH_MANAGER": manager}

    assert ways(installation(world, 3, **told)) == expected


def test_other_ways_stand_beside_those_of_airflow_each_once(world: World) -> None:
    told = {"API__AUTH_BACKENDS": f"{FAB}.basic_auth"}

    assert ways(installation(world, 2, "tokens, airflow, basic", **told)) == ("tokens", "basic")


def test_what_means_nothing_here_is_refused_by_its_name(world: World) -> None:
    with pytest.raises(Invalid, match=r"'acme.auth.Badges'") as two:
        ways(installation(world, 2, API__AUTH_BACKENDS="acme.auth.Badges"))
    with pytest.raises(Invalid, match=r"AIRFLOW__CORE__AUTH_MANAGER names 'acme.Manager'") as three:
        ways(installation(world, 3, CORE__AUTH_MANAGER="acme.Manager"))

    assert two.value.field == three.value.field == "authentication"
    assert "AIRFLOW_GRAPH_AUTHENTICATION" in str(two.value.hint)


def test_a_way_that_does_not_exist_is_refused_with_those_that_do(sqlite_store: SQLiteStore) -> None:
    with pytest.raises(Invalid, match="'badges'") as told:
        World.open(sqlite_store.database("2.11"), "2.11", authentication="badges")

    assert "airflow, tokens, basic" in str(told.value.hint)


def test_the_public_role_of_airflow_3_is_taken_over_with_its_ways(world: World) -> None:
    told = {"FAB__AUTH_ROLE_PUBLIC": "Public"}

    assert anonymous_role(installation(world, 3, **told)) == "Public"
    assert anonymous_role(installation(world, 3, "tokens", **told)) is None
    ours = installation(world, 3, **told)
    assert anonymous_role(replace(ours, settings=load_settings(anonymous_role="viewer"))) is Role.VIEWER


def stranger(world: World) -> Actor:
    return world.service.authenticate({}, "192.0.2.7")


def test_strangers_may_do_what_a_role_of_the_database_permits_at_this_moment(opening: Opening) -> None:
    add_role(opening(), "Public", "can_read on DAGs")
    world = opening(anonymous_role="Public", access_refresh=0)

    assert stranger(world) == Actor("anonymous", "anonymous", {Permission.DAG_READ: EVERYTHING}, "Public")

    with world.service.engine.begin() as connection:
        connection.execute(world.generation.relation("role_permission").table.delete())
    assert stranger(world).grants == {}

    with world.service.engine.begin() as connection:
        connection.execute(world.generation.relation("role").table.delete())
    with pytest.raises(Unauthenticated):
        stranger(world)


def test_strangers_cost_no_statement_once_their_role_is_known(opening: Opening) -> None:
    add_role(opening(), "Public", "can_read on DAGs")
    world = opening(anonymous_role="Public", access_refresh=300)
    ran: list[str] = []
    event.listen(world.service.engine, "before_cursor_execute", lambda *told: ran.append(told[2]))

    assert all(stranger(world).role == "Public" for _ in range(100))
    assert ran == []


def test_a_role_that_the_database_does_not_have_is_refused(opening: Opening) -> None:
    with pytest.raises(Invalid, match="no role 'Pubic'"):
        opening(anonymous_role="Pubic")


def test_only_strangers_who_may_do_nothing_may_come_from_elsewhere(opening: Opening) -> None:
    world = opening()
    add_role(world, "Public")
    add_role(world, "Guests", "can_read on DAGs")

    def told(**settings: object) -> str:
        opened = open_service(load_settings(database=world.url, authentication="basic", **settings))
        try:
            return callers(opened.service)
        finally:
            opened.service.close()

    basic = "users of Airflow by their passwords (HTTP Basic)"
    elsewhere = {"host": "192.0.2.1"}
    assert told(**elsewhere) == basic
    assert told(anonymous_role="Public", **elsewhere) == f"{basic}; without credentials as Public"
    assert told(anonymous_role="Guests") == f"{basic}; without credentials as Guests, from this machine alone"
    assert told(anonymous_role="Guests", anonymous_anywhere=True, **elsewhere).endswith("as Guests")
    with pytest.raises(Invalid, match="let in as Guests"):
        told(anonymous_role="Guests", **elsewhere)


def test_what_nobody_could_ever_use_is_not_served(sqlite_store: SQLiteStore, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="Nobody could authenticate"):
        open_service(
            load_settings(database=sqlite_store.database("2.11"), authentication="airflow", airflow_home=tmp_path)
        )
