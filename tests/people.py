"""Users and roles for tests, in the tables of FAB's auth manager."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from sqlalchemy import func, make_url, select, update
from werkzeug.security import generate_password_hash

from tests.stores import RECORDINGS, run_on_mysql
from tests.world import DAY, World

SHORT = "pbkdf2:sha256:1"
"""A kind of hash that costs next to nothing."""


def open_peopled(request: pytest.FixtureRequest, kind: str, **settings: object) -> World:
    """Return an empty world of a kind such as `3.3-sqlite`, with the tables of users."""
    minor, backend = kind.split("-")
    store = request.getfixturevalue(f"{backend}_store")
    url = store.database(minor)
    make_tables(url, minor)
    return World.open(url, minor, **settings).lent_by(store)


def staff(world: World) -> World:
    """Add the roles Admin, Viewer and Public, and the users ada and vic, who made each other."""
    admin = add_role(world, "Admin", "can_read on Users", "can_edit on Users", "can_read on Pools")
    viewer = add_role(world, "Viewer", "can_read on Pools")
    add_role(world, "Public")
    ada = add_user(world, "ada", admin, created_on=DAY, changed_on=DAY)
    vic = add_user(world, "vic", viewer, created_on=DAY, changed_on=DAY, created_by_id=ada)
    table = world.generation.relation("user").table
    with world.writing() as connection:
        connection.execute(update(table).where(table.c.id == ada).values(changed_by_fk=vic))
    return world


def make_tables(url: str, minor: str) -> None:
    """Make the tables of FAB's auth manager, which Airflow 2 always has and Airflow 3 only with its provider.

    Of Airflow 3 they are recorded for the latest minor release; the others stay without.
    """
    backend = make_url(url).get_backend_name()
    recorded = RECORDINGS / "people" / f"{minor}-{backend}.sql"
    if not recorded.exists():
        return
    text = recorded.read_text()
    if backend == "sqlite":
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            connection.executescript(text)
    elif backend == "mysql":
        run_on_mysql(make_url(url), *text.splitlines())
    else:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(text.encode())


def add_role(world: World, name: str, *permits: str) -> int:
    """Add a role that permits these, such as `can_read on DAGs`; return its id."""
    role = _added(world, "role", name=name)
    for permitted in permits:
        action, _, resource = permitted.partition(" on ")
        pair = {"action_id": _named(world, "action", action), "resource_id": _named(world, "resource", resource)}
        known = world.rows("permission", "id", **pair)
        permission = known[0]["id"] if known else _added(world, "permission", **pair)
        _added(world, "role_permission", role_id=role, permission_id=permission)
    return role


def add_user(world: World, name: str, *roles: int, password: str = "right", **told: object) -> int:  # noqa: S107
    """Add a user who has these roles; return their id."""
    user = _added(
        world,
        "user",
        **{
            "username": name,
            "first_name": name.title(),
            "last_name": "Tester",
            "email": f"{name}@example.org",
            "password_hash": generate_password_hash(password, SHORT),
            "is_active": True,
            **told,
        },
    )
    for role in roles:
        _added(world, "user_role", user_id=user, role_id=role)
    return user


def add_group(world: World, name: str, *, users: list[int], roles: list[int]) -> None:
    """Add a group of users who all have these roles."""
    group = _added(world, "group", name=name)
    for user in users:
        _added(world, "user_group", user_id=user, group_id=group)
    for role in roles:
        _added(world, "group_role", group_id=group, role_id=role)


def _named(world: World, relation: str, name: str) -> int:
    known = world.rows(relation, "id", name=name)
    return int(known[0]["id"]) if known else _added(world, relation, name=name)


def _added(world: World, relation: str, **values: object) -> int:
    """Add a row with the next id, which on PostgreSQL its sequence must know to be taken."""
    number = max((int(row["id"]) for row in world.rows(relation, "id")), default=0) + 1
    if world.service.engine.dialect.name == "postgresql":
        with world.writing() as connection:
            number = connection.execute(
                select(func.nextval(f"{world.generation.relation(relation).table.name}_id_seq"))
            ).scalar_one()
    world.insert(relation, {"id": number, **values})
    return number
