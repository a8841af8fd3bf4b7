"""Whoever holds a role of FAB's meets in the graph what that role permits, by every root field, and no more."""

import importlib
import json
import pkgutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from graphql import GraphQLField, get_named_type

import resolvers.operations
from graph.selection import is_entity
from resolvers.access.actor import Actor
from resolvers.access.fab_grants import ACTIONS, Pair, grants_of
from tests.conftest import open_world
from tests.contracts.test_permissions import NUMBERS, OPEN, asked, fill, refused, roots, stored
from tests.graph.assets import insert
from tests.graph.comparing import copied, restore
from tests.world import DAY, World

for module in pkgutil.iter_modules(resolvers.operations.__path__):
    importlib.import_module(f"resolvers.operations.{module.name}")

_DAG_PARTS = ("DAG Runs", "Task Instances")
_READ_PARTS = ("XComs", "DAG Warnings", "Audit Logs", "Jobs")
_SHARED = ("Pools", "Variables", "Connections", "Assets", "Users", "Roles", "Permissions")
_ALONE = ("ImportError", "Configurations", "Providers", "Plugins")
_READS: tuple[Pair, ...] = tuple(("can_read", part) for part in (*_DAG_PARTS, *_READ_PARTS))
_CHANGES: tuple[Pair, ...] = tuple((action, part) for action in ACTIONS[1:] for part in _DAG_PARTS)

CALLERS: Mapping[str, tuple[Pair, ...]] = {
    "stranger": (),
    "reader": (("can_read", "DAG:mine"), *_READS, ("can_read", "ImportError")),
    "editor": (
        *((action, "DAG:mine") for action in ("can_read", "can_edit", "can_delete")),
        *(*_READS, *_CHANGES),
        *((action, "Assets") for action in ACTIONS),
    ),
    # Everything about runs, and no DAG.
    "runner": (*_READS, *_CHANGES),
    # May change what they may not read.
    "writer": (("can_edit", "DAG:mine"), *_CHANGES, *((action, one) for action in ACTIONS[1:] for one in _SHARED[:3])),
    "admin": (
        *((action, one) for action in ACTIONS for one in ("DAGs", *_DAG_PARTS, *_SHARED)),
        *(("can_read", one) for one in (*_READ_PARTS, *_ALONE)),
    ),
}

# What a root field of queries takes beside reading the DAG, by the noun that it answers.
READING: Mapping[str, tuple[str, ...]] = {
    "DAG": (),
    "DagRun": ("DAG Runs",),
    "TaskInstance": ("DAG Runs", "Task Instances"),
    "XCom": ("XComs",),
    "DagWarning": ("DAG Warnings",),
    "EventLog": ("Audit Logs",),
    "ImportError": ("ImportError",),
    "Job": ("Jobs",),
    "ConfigSection": ("Configurations",),
    "Provider": ("Providers",),
    "Plugin": ("Plugins",),
    "ConnectionSettings": ("Connections",),
    "Pool": ("Pools",),
    "Variable": ("Variables",),
    "Asset": ("Assets",),
    "AssetAlias": ("Assets",),
    "AssetEvent": ("Assets",),
    "QueuedAssetEvent": ("Assets",),
    "Backfill": ("DAG Runs",),
    "User": ("Users",),
    "Role": ("Roles",),
    "Permission": ("Roles",),
    "PermissionAction": ("Permissions",),
}

# What a mutation takes: of its DAG to be edited, and of what else which action.
CHANGING: Mapping[str, tuple[Pair, ...]] = {
    "pauseDag": (("can_edit", "DAG"),),
    "unpauseDag": (("can_edit", "DAG"),),
    "setDagsPaused": (("can_edit", "DAG"),),
    "reparseDag": (("can_edit", "DAG"),),
    "deleteDag": (("can_delete", "DAG"),),
    "triggerDag": (("can_edit", "DAG"), ("can_create", "DAG Runs")),
    "triggerDagSeries": (("can_edit", "DAG"), ("can_create", "DAG Runs")),
    "clearTaskInstances": (("can_edit", "DAG"), ("can_edit", "DAG Runs"), ("can_edit", "Task Instances")),
    "clearDagRun": (("can_edit", "DAG"), ("can_edit", "DAG Runs")),
    "setDagRunState": (("can_edit", "DAG"), ("can_edit", "DAG Runs")),
    "setTaskInstanceState": (("can_edit", "DAG"), ("can_edit", "DAG Runs"), ("can_edit", "Task Instances")),
    "setDagRunNote": (("can_edit", "DAG"), ("can_edit", "DAG Runs")),
    "setTaskInstanceNote": (("can_edit", "DAG"), ("can_edit", "DAG Runs"), ("can_edit", "Task Instances")),
    "deleteDagRun": (("can_edit", "DAG"), ("can_delete", "DAG Runs")),
    "createPool": (("can_create", "Pools"),),
    "updatePool": (("can_edit", "Pools"),),
    "deletePool": (("can_delete", "Pools"),),
    "setVariable": (("can_create", "Variables"),),
    "updateVariable": (("can_edit", "Variables"),),
    "deleteVariable": (("can_delete", "Variables"),),
    "createConnection": (("can_create", "Connections"),),
    "updateConnection": (("can_edit", "Connections"),),
    "deleteConnection": (("can_delete", "Connections"),),
    "createAssetEvent": (("can_create", "Assets"),),
    # Airflow 2 asks whether the DAG may be read, Airflow 3 whether it may be edited.
    "deleteQueuedAssetEvents": (("can_delete", "Assets"), ("can_read", "DAG"), ("can_edit", "DAG")),
    "createBackfill": (("can_edit", "DAG"), ("can_create", "DAG Runs")),
    "createUser": (("can_create", "Users"),),
    "updateUser": (("can_edit", "Users"),),
    "deleteUser": (("can_delete", "Users"),),
    "createRole": (("can_create", "Roles"),),
    "updateRole": (("can_edit", "Roles"),),
    "deleteRole": (("can_delete", "Roles"),),
}

# These name a backfill, of which this world has none: who may see none is told so, before there is any change.
BY_NUMBER = ("pauseBackfill", "resumeBackfill", "cancelBackfill")

# What Airflow 2 does not have, and so has no name for.
SILENT = ("reparseDag", "createBackfill")

# Of whom no Airflow tells its audit log.
UNTOLD = ("User", "Role")


def holds(caller: str, action: str, resource: str, dag_id: str = "mine") -> bool:
    """Say whether a caller was permitted this, of the DAG that is named where `DAG` is the resource."""
    wanted = ("DAGs", f"DAG:{dag_id}") if resource == "DAG" else (resource,)
    return any((action, one) in CALLERS[caller] for one in wanted)


def noun(field: GraphQLField) -> str:
    """Return the noun that a root field answers."""
    return get_named_type(field.type).name.removesuffix("Connection")


@pytest.fixture(scope="module", params=["2.11-sqlite", "3.3-sqlite"])
def filled(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, Path]]:
    """Return a world with DAGs `mine` and `secret`, filled alike, a variable, a connection and an asset, and a copy."""
    made = fill(open_world(request, request.param), "secret", "mine")
    made.insert(
        "connection", {"conn_id": "shared", "conn_type": "http", "is_encrypted": False, "is_extra_encrypted": False}
    )
    named = {"is_orphaned": False} if made.generation.number == 2 else {"name": "shared", "group": "asset"}
    insert(made, "asset", {"id": 1, "uri": "s3://shared", "extra": {}, "created_at": DAY, "updated_at": DAY, **named})
    made.insert("variable", {"key": "shared", "val": "v", "is_encrypted": False})
    yield made, copied(made, tmp_path_factory.mktemp("filled") / "world.db")
    made.close()


@pytest.fixture
def guarded(filled: tuple[World, Path]) -> World:
    """Return the filled world, as it was before any test."""
    made, copy = filled
    restore(made, copy)
    return made


def known(dag_id: str) -> dict[str, object]:
    """Return the arguments that name what is of a DAG, and what is of none."""
    number = NUMBERS.get(dag_id, 0)
    return {
        "dagId": dag_id,
        "runId": f"{dag_id}_1",
        "taskId": f"{dag_id}_a",
        "eventLogId": number,
        "importErrorId": number,
        "jobId": number,
        **dict.fromkeys(("name", "key", "connectionId"), "shared"),
    }


def actor(world: World, caller: str) -> Actor:
    """Return a caller as FAB's roles make them."""
    named = {"Assets": "Datasets"} if world.generation.number == 2 else {}
    pairs = [(action, named.get(resource, resource)) for action, resource in CALLERS[caller]]
    return Actor(caller, "test", grants_of(pairs, world.generation.number))


@pytest.mark.parametrize("caller", CALLERS)
def test_every_root_field_of_queries_tells_what_the_role_permits(guarded: World, caller: str) -> None:
    for name, field in roots("query"):
        if name in OPEN or name in ("node", "nodes"):
            continue
        parts = READING[noun(field)]
        # Of what belongs to a DAG, only the part is asked for; whose DAG may not be read is left out.
        permitted = (
            all(holds(caller, "can_read", part) for part in parts) if parts else holds(caller, "can_read", "DAG")
        )
        for dag_id in ("mine", "secret", "no_dag"):
            written, given = asked("query", name, field, **known(dag_id))
            told = guarded.graph(written, actor=actor(guarded, caller), **given)
            codes = [error["extensions"]["code"] for error in told["errors"]]

            assert codes == ([] if permitted else ["FORBIDDEN"]), (name, dag_id)
            # To Airflow 2, the audit log is of no DAG.
            whole = noun(field) == "EventLog" and guarded.generation.number == 2
            if not holds(caller, "can_read", "DAG", "secret") and not whole:
                assert "secret" not in json.dumps(told["data"]), (name, dag_id)


def answered(field: GraphQLField) -> set[str]:
    """Return the nouns that a mutation's answer tells of what was changed."""
    named = get_named_type(field.type)
    if is_entity(named):
        return {named.name}
    fields = getattr(named, "fields", {})
    return {one for inner in fields.values() for one in answered(inner)}


def may(caller: str, name: str, field: GraphQLField, dag_id: str) -> bool:
    """Say whether a caller may make a change, and read all that is selected of it."""
    changes = all(holds(caller, action, resource, dag_id) for action, resource in CHANGING[name])
    parts = {part for one in answered(field) for part in READING[one]}
    of_dag = not parts.issubset(_SHARED) or "DAG" in answered(field)
    reads = all(holds(caller, "can_read", part) for part in parts)
    return changes and reads and (not of_dag or holds(caller, "can_read", "DAG", dag_id))


@pytest.mark.parametrize("caller", CALLERS)
def test_every_mutation_does_what_the_role_permits_and_tells_the_audit_log(guarded: World, caller: str) -> None:
    # What a DAG has goes with it: that is tried last.
    for name, field in sorted(roots("mutation"), key=lambda root: root[0] == "deleteDag"):
        for dag_id in ("secret", "no_dag", "mine"):
            written, given = asked("mutation", name, field, **known(dag_id))
            before, audited = stored(guarded), len(guarded.rows("log", "id"))

            told = guarded.graph(written, actor=actor(guarded, caller), **given)

            if name in BY_NUMBER:
                assert refused(told, name) is not holds(caller, "can_read", "DAG Runs"), name
                assert stored(guarded) == before
                continue
            assert refused(told, name) is not may(caller, name, field, dag_id), (name, dag_id, told["errors"])
            if refused(told, name):
                assert stored(guarded) == before, (name, dag_id)
            owners = [row["owner"] for row in guarded.rows("log", "owner")[audited:]]
            silent = name.endswith(UNTOLD) or (name in SILENT and guarded.generation.number == 2)
            assert owners == ([] if silent else [caller]), (name, dag_id)


@pytest.mark.parametrize("after", ["bogus", "of another list"])
def test_a_wrong_cursor_in_what_is_selected_of_a_change_is_refused_before_it(guarded: World, after: str) -> None:
    if after == "of another list":
        after = guarded.data("{ pools { pageInfo { endCursor } } }")["pools"]["pageInfo"]["endCursor"]
    before, audited = stored(guarded), len(guarded.rows("log", "id"))

    told = guarded.graph(
        """mutation ($after: String) {
          pauseDag(dagId: "mine") { latestRun { taskInstances(after: $after) { nodes { taskId } } } }
        }""",
        after=after,
    )

    assert [error["extensions"]["code"] for error in told["errors"]] == ["INVALID"]
    assert stored(guarded) == before
    assert [row["owner"] for row in guarded.rows("log", "owner")[audited:]] == ["tester"]
