"""Nobody reads or changes what they were not granted: by no field, no operation, no count."""

import importlib
import inspect
import json
import pkgutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLField, GraphQLObjectType, get_named_type, is_leaf_type

import resolvers.operations
from graph.arguments import DEFINITION
from graph.selection import entity_type, is_entity
from graph.types.node import global_id
from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from resolvers.binding import Aggregated, Plucked
from resolvers.errors import Forbidden
from resolvers.operations.operation import OPERATIONS, Operation
from tests.conftest import open_world
from tests.contracts.arguments import arguments, document
from tests.graph.comparing import copied, restore
from tests.graph.furnishing import file_error
from tests.graph.walking import lists, selection
from tests.world import DAY, SCHEMA, World

for module in pkgutil.iter_modules(resolvers.operations.__path__):
    importlib.import_module(f"resolvers.operations.{module.name}")

STRANGER = Actor("stranger", "test")
# About the caller, the kind of the database, and whether Airflow's processes are alive, which Airflow tells anybody.
OPEN = {"viewer", "deployment", "health"}
# Of what is of a DAG and has a number. Each has its own, so that whose else there is shows in none.
NUMBERS = {"mine": 4, "secret": 6}
DAG_NOUNS = ("dag", "run", "task", "task_instance", "event_log", "dag_source", "dag_warning")
ABOUT_DAGS = [one for one in Permission if one.partition(".")[0] in DAG_NOUNS]


def reader(*dag_ids: str) -> Actor:
    """Return somebody who may do everything to these DAGs, and to pools and variables."""
    scope = frozenset(dag_ids)
    return Actor("reader", "test", {one: scope if one in ABOUT_DAGS else EVERYTHING for one in Permission})


def roots(kind: str) -> Iterator[tuple[str, GraphQLField]]:
    """Give the root fields of queries or mutations."""
    type_ = SCHEMA.query_type if kind == "query" else SCHEMA.mutation_type
    assert type_ is not None
    yield from type_.fields.items()


def asked(kind: str, name: str, field: GraphQLField, /, **known: object) -> tuple[str, dict[str, object]]:
    """Return a document that asks for a root field, and its variables."""
    given = arguments(field, known)
    named = get_named_type(field.type)
    selected = "" if is_leaf_type(named) else selection(named, 2)
    return document(kind, name, field, given, selected), given


def stored(world: World) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables but the audit log."""
    with closing(sqlite3.connect(world.url.removeprefix("sqlite:///"))) as connection:
        named = "SELECT name FROM sqlite_master WHERE type = 'table' AND name != 'log' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in connection.execute(named)]
        return {name: connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in tables}


def fill(world: World, *dag_ids: str) -> World:
    """Add DAGs with runs, task instances, tags and pools that say whose they are."""
    with world.together():
        world.insert("pool", {"pool": "shared", "slots": 50, "include_deferred": True})
        for dag_id in dag_ids:
            world.dag(dag_id, {f"{dag_id}_a": [f"{dag_id}_b"], f"{dag_id}_b": []}, owners=dag_id)
            world.source(dag_id, f"dag_id = '{dag_id}'")
            number = {"id": NUMBERS[dag_id]}
            world.insert("import_error", {**file_error(world, dag_id), **number})
            world.insert(
                "dag_warning",
                {"dag_id": dag_id, "warning_type": "non-existent pool", "message": dag_id, "timestamp": DAY},
            )
            world.insert("log", {**number, "dttm": DAY, "event": "trigger", "dag_id": dag_id, "owner": dag_id})
            heard = {"state": "success", "start_date": DAY, "latest_heartbeat": DAY, "hostname": f"{dag_id}_host"}
            world.insert("job", {**number, "dag_id": dag_id, "job_type": "LocalTaskJob", **heard})
            world.insert("dag_tag", {"dag_id": dag_id, "name": f"{dag_id}_tag"}, {"dag_id": dag_id, "name": "both"})
            for day, state in enumerate(("success", "failed", "running")):
                world.run(dag_id, f"{dag_id}_{day}", day, state=state)
                world.task_instance(dag_id, f"{dag_id}_{day}", f"{dag_id}_a", state, pool="shared")
                world.task_instance(dag_id, f"{dag_id}_{day}", f"{dag_id}_b", None, pool="shared")
                world.xcom(dag_id, f"{dag_id}_{day}", f"{dag_id}_a", f"{dag_id}_key", {"of": dag_id})
                world.rendered(dag_id, f"{dag_id}_{day}", f"{dag_id}_a", {"of": dag_id})
    return world


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """Return a world with DAGs `mine` and `secret`, filled alike, and a copy of it for `guarded`."""
    made = fill(open_world(request, request.param), "secret", "mine")
    yield made, copied(made, tmp_path_factory.mktemp("filled") / "world.db")
    made.close()


@pytest.fixture
def guarded(filled: tuple[World, Path]) -> World:
    """Return the filled world, as it was before any test."""
    made, copy = filled
    restore(made, copy)
    return made


@pytest.fixture
def alone(request: pytest.FixtureRequest, guarded: World) -> Iterator[World]:
    """Return a world like `guarded` in which there is nothing but `mine`."""
    made = open_world(request, f"{guarded.generation.minor}-sqlite")
    yield fill(made, "mine")
    made.close()


def test_a_stranger_is_refused_by_every_root_field_of_queries(guarded: World) -> None:
    walked = 0
    for name, field in roots("query"):
        if name in OPEN:
            continue
        written, given = asked("query", name, field, dagId="mine", runId="mine_1", taskId="mine_a")
        told = guarded.graph(written, actor=STRANGER, **given)

        assert [error["extensions"]["code"] for error in told["errors"]] == ["FORBIDDEN"], name
        assert not (told["data"] or {}).get(name), name
        assert told["statements"] == [], name
        walked += 1
    assert walked >= 12


def test_what_is_open_to_a_stranger_tells_nothing_of_airflow_s_rows(guarded: World) -> None:
    for name, field in roots("query"):
        if name in OPEN:
            told = guarded.graph(asked("query", name, field)[0], actor=STRANGER)
            assert told["errors"] == told["statements"] == []
            assert "mine" not in json.dumps(told["data"])


def test_a_stranger_is_refused_by_every_mutation_and_changes_nothing(guarded: World) -> None:
    before = stored(guarded)
    walked = 0
    for name, field in roots("mutation"):
        written, given = asked("mutation", name, field, dagId="mine", runId="mine_1", taskId="mine_a", dryRun=True)
        told = guarded.graph(written, actor=STRANGER, **given)

        assert refused(told, name), (name, told)
        walked += 1
    assert walked >= 18
    assert stored(guarded) == before


def test_who_may_change_one_dag_changes_no_other_by_any_mutation(guarded: World) -> None:
    before = stored(guarded)
    walked = 0
    for name, field in roots("mutation"):
        given = arguments(field, {"dagId": "secret", "runId": "secret_1", "taskId": "secret_a"})
        if "secret" not in json.dumps(given):
            continue
        written, given = asked("mutation", name, field, dagId="secret", runId="secret_1", taskId="secret_a")
        told = guarded.graph(written, actor=reader("mine"), **given)

        assert refused(told, name), (name, told)
        walked += 1
    assert walked >= 12
    assert stored(guarded) == before


def refused(told: dict[str, Any], name: str) -> bool:
    """Say whether a change was refused: as a whole, or each of its parts."""
    codes = {error["extensions"]["code"] for error in told["errors"]}
    answer = (told["data"] or {}).get(name)
    if answer is None:
        return codes == {"FORBIDDEN"}
    if "results" not in answer:
        return False
    refusals = [part["refusal"] for part in answer["results"]]
    return not codes and bool(refusals) and all(one and one["code"] == "FORBIDDEN" for one in refusals)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_asks_for_its_permission_first(guarded: World, operation: Operation[Any, Any]) -> None:
    parameters = list(inspect.signature(operation.body).parameters.values())[1:]
    needed = [one.name for one in parameters if one.default is inspect.Parameter.empty]
    named = {"dag_id": "secret", "dag_ids": ["mine", "secret"]}
    given = {name: named.get(name) for name in needed}
    before = stored(guarded)

    for actor in (STRANGER, *([reader("mine")] if operation.on else [])):
        with guarded.service.session(actor) as session, pytest.raises(Forbidden):
            session.run(operation, **given)

    assert stored(guarded) == before
    assert operation.description


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_an_operation_on_a_dag_needs_the_permission_for_that_dag(operation: Operation[Any, Any]) -> None:
    names = inspect.signature(operation.body).parameters

    named = [name for name in ("dag_id", "dag_ids") if name in names]

    assert named == ([operation.on] if operation.on else [])
    assert operation.needs not in ABOUT_DAGS or named


def test_a_reader_of_one_dag_is_told_what_an_airflow_without_the_others_tells(guarded: World, alone: World) -> None:
    for name, written in lists(SCHEMA, depth=3):
        if name == "deployment":
            continue
        told = guarded.graph(written, actor=reader("mine"))

        assert told["errors"] == [], name
        assert "secret" not in json.dumps(told["data"]), name
        assert comparable(told["data"]) == comparable(alone.data(written, actor=reader("mine"))), name


def comparable(told: object) -> object:
    """Leave out a pool's occupancy, and cursors.

    Whoever may read a pool is told all that takes its slots. Cursors hide numbers by a key of the database's own.
    """
    if isinstance(told, dict):
        shown = (name for name in told if not name.endswith(("Slots", "Cursor")) and name != "cursor")
        return {name: comparable(told[name]) for name in shown}
    return [comparable(inner) for inner in told] if isinstance(told, list) else told


def test_a_reader_of_one_dag_finds_no_other_by_its_name(guarded: World) -> None:
    ids = [
        global_id("DAG", "secret"),
        global_id("DagRun", "secret", "secret_1"),
        global_id("TaskInstance", "secret", "secret_1", "secret_a", -1),
        global_id("Task", "secret", "secret_a"),
    ]
    told = guarded.data(
        """query ($ids: [ID!]!, $secret: [String!]) {
          dag(dagId: "secret") { dagId }
          dagRun(dagId: "secret", runId: "secret_1") { runId }
          taskInstance(dagId: "secret", runId: "secret_1", taskId: "secret_a") { taskId }
          nodes(ids: $ids) { id }
          dags(filter: {dagId: $secret}) { totalCount nodes { dagId } }
          tagged: dags(filter: {tags: ["secret_tag", "both"]}) { totalCount nodes { dagId } }
          owned: dags(filter: {ownerContains: "secret"}) { totalCount nodes { dagId } }
          dagRuns(filter: {dagId: $secret}) { totalCount nodes { runId } }
          taskInstances(filter: {dagId: $secret}) { totalCount nodes { taskId } }
          pool(name: "shared") { taskInstances(filter: {dagId: $secret}) { totalCount nodes { taskId } } }
        }""",
        actor=reader("mine"),
        ids=ids,
        secret=["secret"],
    )

    empty = {"totalCount": 0, "nodes": []}
    assert told == {
        "dag": None,
        "dagRun": None,
        "taskInstance": None,
        "nodes": [None] * 4,
        "dags": empty,
        "tagged": {"totalCount": 1, "nodes": [{"dagId": "mine"}]},
        "owned": empty,
        "dagRuns": empty,
        "taskInstances": empty,
        "pool": {"taskInstances": empty},
    }


def test_what_is_below_needs_its_own_permission(guarded: World) -> None:
    grants: dict[Permission, Scope] = {Permission.DAG_READ: EVERYTHING, Permission.RUN_READ: frozenset({"mine"})}

    told = guarded.data(
        """{ dags { nodes { dagId tags runs { totalCount nodes { runId taskInstances { totalCount nodes { taskId } }
             taskStateCounts { count } } } latestRun { runId } runStateCounts { count } tasks { taskId }
             taskGroups { groupId } definition { timezone } } } }""",
        actor=Actor("partly", "test", grants),
    )["dags"]["nodes"]

    mine, secret = told
    assert [run["runId"] for run in mine["runs"]["nodes"]] == ["mine_2", "mine_1", "mine_0"]
    assert mine["runs"]["nodes"][0]["taskInstances"] == {"totalCount": 0, "nodes": []}
    assert mine["runs"]["nodes"][0]["taskStateCounts"] == mine["tasks"] == mine["taskGroups"] == []
    assert secret == {
        "dagId": "secret",
        "tags": ["both", "secret_tag"],
        "runs": {"totalCount": 0, "nodes": []},
        "latestRun": None,
        "runStateCounts": [],
        "tasks": [],
        "taskGroups": [],
        "definition": {"timezone": "UTC"},
    }


def test_a_link_to_what_may_not_be_read_leads_to_nothing(guarded: World) -> None:
    grants = dict.fromkeys(ABOUT_DAGS, EVERYTHING)

    told = guarded.data(
        """{ taskInstance(dagId: "mine", runId: "mine_1", taskId: "mine_a") {
          poolName pool { name } task { pool { name } }
        } }""",
        actor=Actor("no pools", "test", grants),
    )

    assert told["taskInstance"] == {"poolName": "shared", "pool": None, "task": {"pool": None}}


def test_every_entity_has_a_guard_and_asks_for_its_dag() -> None:
    entities = [
        entity_type(type_)
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and is_entity(type_)
    ]

    assert len(entities) >= 9
    for entity in entities:
        assert entity.guard.permissions, entity.name
        if "dag_id" in entity.key:
            assert entity.guard.dag == "dag_id", entity.name
        for name, binding in entity.fields.items():
            if isinstance(binding, Aggregated | Plucked):
                assert binding.guard.permissions, f"{entity.name}.{name}"


def test_every_object_is_an_entity_or_a_part_of_one() -> None:
    """Nothing that reads rows may stand in the schema without an entity's guard."""
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__") and not is_entity(type_):
            for name, field in type_.fields.items():
                definition = field.extensions[DEFINITION]
                assert not hasattr(definition.metadata.get("binding"), "link"), f"{type_.name}.{name}"
