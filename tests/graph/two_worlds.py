"""Two Airflows alike but for the DAGs of others: what a reader of one DAG is told of both must be the same."""

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from resolvers.metadata.generation import Capability
from tests.conftest import open_world
from tests.graph.assets import insert
from tests.graph.furnishing import at, note, note_task, tried
from tests.world import DAY, World

# What random documents ask for by name: the one DAG that may be read, and some that may not.
MINE = "etl"
OTHERS = ("described", "mapped", "nested_groups")
# Stands in everything that others have of their own, and in what belongs to no DAG.
MARK = "foreign~"
SHARED = "shared~"

_NOUNS_OF_DAGS = ("dag", "run", "task", "dag_source", "dag_warning", "task_instance", "task_log", "xcom")
_OF_MINE = [each for each in Permission if each.value.partition(".")[0] in _NOUNS_OF_DAGS]


def _scoped(*further: Permission, reads_alone: bool) -> dict[Permission, Scope]:
    mine: Scope = frozenset({MINE})
    granted = {each: mine for each in _OF_MINE if not reads_alone or each.value.endswith(".read")}
    return {**granted, **dict.fromkeys(further, EVERYTHING)}


READER = Actor("reader", "test", _scoped(reads_alone=True))
EDITOR = Actor("editor", "test", _scoped(reads_alone=False))
# Pools, variables and assets belong to no DAG: who may read them reads all of them.
KEEPER = Actor(
    "keeper",
    "test",
    _scoped(
        Permission.POOL_READ,
        Permission.VARIABLE_READ,
        Permission.VARIABLE_EDIT,
        Permission.ASSET_READ,
        reads_alone=True,
    ),
)
EVERYBODY = {actor.name: actor for actor in (READER, EDITOR, KEEPER)}


@dataclass(frozen=True, repr=False)
class TwoWorlds:
    """An Airflow with DAGs of others, and one without them."""

    crowded: World
    alone: World

    def __repr__(self) -> str:
        return f"TwoWorlds({self.crowded.url!r}, {self.alone.url!r})"

    def __iter__(self) -> Iterator[World]:
        """Give the one after the other."""
        return iter((self.crowded, self.alone))


@contextmanager
def two_worlds(request: pytest.FixtureRequest, kind: str) -> Iterator[TwoWorlds]:
    """Give two worlds of a kind such as `3.3-sqlite`."""
    found = TwoWorlds(open_world(request, kind), open_world(request, kind))
    try:
        populate(found.crowded, OTHERS[:1], (MINE,), OTHERS[1:])
        populate(found.alone, (), (MINE,), ())
        yield found
    finally:
        for world in found:
            world.close()


def populate(world: World, *groups: tuple[str, ...]) -> None:
    """Fill a world: with what belongs to no DAG, and with DAGs that are alike, group after group.

    The first group comes before the runs of the next, so that numbers which a database counts differ.
    """
    with world.together():
        _keep(world)
        for dag_id in (dag_id for group in groups for dag_id in group):
            _dag(world, dag_id)
    with world.together():
        for group in groups:
            for day in range(5):
                for dag_id in group:
                    _run(world, dag_id, day)
    with world.together():
        for dag_id in sorted((dag_id for group in groups for dag_id in group), key=lambda dag_id: dag_id != MINE):
            _jobs(world, dag_id)
        # Events have numbers that Airflow's own API tells: the others' come last.
        for dag_id in sorted((dag_id for group in groups for dag_id in group), key=lambda dag_id: dag_id != MINE):
            _update_assets(world, dag_id)


def _keep(world: World) -> None:
    world.insert(
        "pool",
        {"pool": "narrow", "slots": 30, "description": None, "include_deferred": True},
        {"pool": f"{SHARED}pool", "slots": 7, "description": f"{SHARED}description", "include_deferred": False},
    )
    for key, value in (("plain", "in the clear"), (f"{SHARED}key", f"{SHARED}value"), ("encrypted", "s3cret")):
        text, is_encrypted = world.service.keys.encrypt(value)
        world.insert(
            "variable", {"key": key, "val": text, "is_encrypted": is_encrypted, "description": f"{SHARED}said"}
        )

    of_no_dag = {"job_type": "SchedulerJob", "state": "running", "hostname": f"{SHARED}host", "unixname": "airflow"}
    world.insert("job", {**of_no_dag, "start_date": DAY, "latest_heartbeat": DAY})
    for number in (1, 2):
        named = (
            {"is_orphaned": False} if world.generation.number == 2 else {"name": f"{SHARED}{number}", "group": "asset"}
        )
        row: dict[str, object] = {"id": number, "uri": f"s3://{SHARED}{number}", "extra": {}, **_DATED, **named}
        insert(world, "asset", row)
        # Made by no task: it is of no DAG.
        told = {"asset_id": number, "extra": {"said": f"{SHARED}extra"}, "timestamp": at(number)}
        world.insert("asset_event", {**told, "source_map_index": -1})


def _jobs(world: World, dag_id: str) -> None:
    """Let jobs have run the tasks of a DAG; jobs have numbers that Airflow's own API tells."""
    told = {"job_type": "LocalTaskJob", "state": "success", "unixname": _own(dag_id, "account"), "start_date": DAY}
    for number in (1, 2):
        heard = {"latest_heartbeat": at(number), "end_date": at(number)}
        world.insert("job", {"dag_id": dag_id, "hostname": _own(dag_id, "host"), **told, **heard})


def _update_assets(world: World, dag_id: str) -> None:
    """Let a DAG wait for assets, update them, and have runs that others' updates caused."""
    for number in (1, 2):
        world.insert("asset_consumer", {"asset_id": number, "dag_id": dag_id, **_DATED})
        world.insert("queued_asset_event", {"asset_id": number, "dag_id": dag_id, "created_at": DAY})
        world.insert("asset_producer", {"asset_id": number, "dag_id": dag_id, "task_id": "load", **_DATED})
        of_task = {"source_dag_id": dag_id, "source_run_id": f"r{number}", "source_task_id": "load"}
        told = {"asset_id": number, "extra": {"said": _own(dag_id, "extra")}, "timestamp": at(number)}
        world.insert("asset_event", {**told, **of_task, "source_map_index": -1})
    run = world.rows("dag_run", "id", dag_id=dag_id, run_id="r3")[0]["id"]
    mine = world.rows("dag_run", "id", dag_id=MINE, run_id="r4")[0]["id"]
    for event in world.rows("asset_event", "id", source_dag_id=dag_id):
        for number in (run, mine):
            world.insert("consumed_asset_event", {"dag_run_id": number, "event_id": event["id"]})
    for event in world.rows("asset_event", "id", source_dag_id=MINE) if dag_id != MINE else ():
        world.insert("consumed_asset_event", {"dag_run_id": run, "event_id": event["id"]})


_DATED = {"created_at": DAY, "updated_at": DAY}


def _own(dag_id: str, text: str) -> str:
    """Return a text of a DAG: marked, where it is another's."""
    return text if dag_id == MINE else f"{MARK}{dag_id}_{text}"


def _dag(world: World, dag_id: str) -> None:
    own = _own(dag_id, "tail")
    world.dag(
        dag_id,
        {"extract": ["load"], "load": [own], own: []},
        owners=_own(dag_id, "owner"),
        description=_own(dag_id, "description"),
        timetable_description=_own(dag_id, "schedule"),
        display_name=_own(dag_id, "shown"),
        fileloc=f"/dags/{_own(dag_id, 'file')}.py",
        is_paused=dag_id != MINE,
        has_import_errors=dag_id != MINE,
    )
    names = ("daily", "attribute", _own(dag_id, "tag"))
    world.insert("dag_tag", *({"dag_id": dag_id, "name": name} for name in names))


# Those of others take no slots: what a pool's figures tell has a test of its own.
_STATES = {True: ("running", "success", "queued", "failed"), False: ("failed", "upstream_failed", None, "skipped")}


def _run(world: World, dag_id: str, day: int) -> None:
    is_mine = dag_id == MINE
    ids = [f"r{day}", *([] if is_mine else [_own(dag_id, f"run{day}")])]
    for number, run_id in enumerate(ids):
        world.run(
            dag_id,
            run_id,
            day,
            state=("success", "failed", "running", "queued", "success")[day if is_mine else 4 - day],
            run_type=("scheduled", "manual")[day % 2],
            conf={"token": _own(dag_id, "secret"), "list": [day, _own(dag_id, "conf")]},
            clear_number=day + number,
            logical_date=at(day + number / 2),
            **({"triggered_by": "REST_API", "triggering_user_name": _own(dag_id, "user")} if _is_3(world) else {}),
        )
        for place, task_id in enumerate(("extract", "load", _own(dag_id, "tail"))):
            _task_instance(world, dag_id, run_id, task_id, _STATES[is_mine][(day + place) % 4], day + place / 24)
        note(world, dag_id, run_id, _own(dag_id, f"note of {run_id}"))
        note_task(world, dag_id, run_id, "load", _own(dag_id, f"note of a task of {run_id}"))
        if world.generation.can(Capability.TRY_HISTORY):
            tried(world, dag_id, run_id, "load", 1, hostname=_own(dag_id, "host"), pool=_own(dag_id, "narrow"))


def _task_instance(world: World, dag_id: str, run_id: str, task_id: str, state: str | None, day: float) -> None:
    started = {"start_date": at(day), "end_date": at(day + 0.01), "duration": 864.0}
    world.task_instance(
        dag_id,
        run_id,
        task_id,
        state,
        pool="narrow" if task_id == "load" else _own(dag_id, "narrow"),
        queue=_own(dag_id, "slow"),
        hostname=_own(dag_id, "host"),
        operator=_own(dag_id, "EmptyOperator"),
        unixname=_own(dag_id, "account"),
        rendered_map_index=_own(dag_id, "index"),
        **(started if state in ("running", "success", "failed") else {}),
    )


def _is_3(world: World) -> bool:
    return world.generation.number == 3


def opened(text: str) -> str:
    """Return an answer with its cursors and ids as what they hold."""
    return _OPAQUE.sub(lambda match: _decoded(match[0]), text)


def _decoded(text: str) -> str:
    try:
        told = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:
        return text
    return told if told.startswith("[") else text


def unmarked(answer: str, actor: Actor) -> None:
    """Check that an answer tells nothing that its actor may not know."""
    for mark in (MARK, *(() if actor is KEEPER else (SHARED,))):
        found = answer.find(mark)
        assert found < 0, answer[max(0, found - 200) : found + 200]


def timeless(answer: str) -> str:
    """Return an answer without what two Airflows cannot tell alike: today's moments, and numbers drawn at random."""
    answer = _TODAY.sub("(now)", answer)
    return _RANDOM.sub("(random)", answer)


_OPAQUE = re.compile(r"[A-Za-z0-9_-]{12,}")
# As ISO 8601 writes them, and as HTTP does.
_TODAY = re.compile(
    "|".join(
        rf"{day:%Y-%m-%d}[T ][\d:.]+(\+00:00|Z)?|{format_datetime(day, usegmt=True)[:16]} [\d:]+ GMT"
        for day in (datetime.now(UTC) + timedelta(days) for days in (-1, 0, 1))
    )
)
# Identifiers, the seconds since a day in March until now, the numbers that cursors hide, and a page's word for its own.
_RANDOM = re.compile(r"""[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\b\d{7,}\.\d+|\b\d{12,20}\b|nonce="[^"]*\"""")
