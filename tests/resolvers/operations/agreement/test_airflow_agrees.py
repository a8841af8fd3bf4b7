"""What we change is what Airflow's own API changes, row by row and column by column."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.errors import Problem
from resolvers.operations.clear import clear_run, clear_task_instances
from resolvers.operations.operation import Operation
from resolvers.operations.run_state import set_run_state
from resolvers.operations.task_notes import set_task_instance_note
from resolvers.operations.task_state import set_task_instance_state
from tests.live.installing import chosen_versions, install
from tests.resolvers.operations.agreement.rows import Rows, rows_of, stored_values
from tests.resolvers.operations.agreement.situations import SITUATIONS, Situation
from tests.stores import SQLiteStore
from tests.world import World

pytestmark = [pytest.mark.live, pytest.mark.slow]

SCRIPT = Path(__file__).parent / "by_airflow.py"
OPERATIONS: Mapping[str, Operation[..., Any]] = {
    "clear": clear_task_instances,
    "clear run": clear_run,
    "run state": set_run_state,
    "task state": set_task_instance_state,
    "note": set_task_instance_note,
}


@dataclass(frozen=True)
class Judged:
    """How one change went, by us and by Airflow, and what it left."""

    ours: str
    theirs: str
    rows: Rows
    expected: Rows


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Judge every situation by every chosen Airflow."""
    if "judge" in metafunc.fixturenames:
        versions = chosen_versions(metafunc.config.getoption("--airflow", default=None) or [])
        # Those of one version stay on one worker, which asks that Airflow once.
        judges = [pytest.param(one, marks=pytest.mark.xdist_group(f"agreement-{one}"), id=one) for one in versions]
        metafunc.parametrize("judge", judges, indirect=True, scope="session")
        metafunc.parametrize("situation", [pytest.param(one, id=one.name) for one in SITUATIONS])


@dataclass(frozen=True)
class Judge:
    """An Airflow of some version, and how each change went; those are missing that it cannot be asked for."""

    version: str
    judged: Mapping[str, Judged]


@pytest.fixture(scope="session")
def judge(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Judge:
    """Make all changes, each on two copies of a database, ourselves and by an Airflow of that version."""
    version: str = request.param
    return Judge(version, _judge(version, tmp_path_factory.mktemp(f"agreement-{version}")))


def test_we_change_what_airflow_changes(judge: Judge, situation: Situation) -> None:
    judged = judge.judged.get(situation.name)
    if judged is None:
        assert _numbers(judge.version) < _numbers(situation.since)
        return
    assert (judged.ours == "done") == (judged.theirs == "done"), (judged.ours, judged.theirs)
    for table, expected in judged.expected.items():
        assert judged.rows[table] == expected, table


def _numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in release.split("."))


def _judge(version: str, folder: Path) -> Mapping[str, Judged]:
    minor = version.rpartition(".")[0]
    store = SQLiteStore(folder)
    before: dict[str, frozenset[object]] = {}
    databases: dict[str, Path] = {}
    changes = []
    ours = {}
    for situation in SITUATIONS:
        url = store.database(minor)
        world = World.open(url, minor)
        if situation.possible(world):
            database = databases[situation.name] = Path(url.removeprefix("sqlite:///"))
            arguments = situation.prepare(world)
            before[situation.name] = stored_values(database)
            shutil.copy(database, theirs(database))
            changes.append(request(situation, arguments, f"sqlite:///{theirs(database)}", two=minor.startswith("2")))
            ours[situation.name] = outcome(world, situation, arguments)
        world.close()
    done = by_airflow(version, folder, changes)
    return {
        name: Judged(
            ours[name],
            done[name],
            comparable(rows_of(database, before[name]), minor),
            comparable(rows_of(theirs(database), before[name]), minor),
        )
        for name, database in databases.items()
    }


def theirs(database: Path) -> Path:
    """Return the copy that Airflow changes."""
    return database.with_suffix(".airflow")


def outcome(world: World, situation: Situation, arguments: Mapping[str, Any]) -> str:
    """Make the change ourselves; "done", or how it was refused."""
    with world.service.session(world.actor()) as session:
        try:
            session.run(OPERATIONS[situation.operation], **arguments)
        except Problem as problem:
            return f"{type(problem).__name__}: {problem.detail}"
    return "done"


def by_airflow(version: str, folder: Path, changes: list[dict[str, Any]]) -> Mapping[str, str]:
    """Let Airflow make the changes; return how each went."""
    wanted, done = folder / "changes.json", folder / "outcomes.json"
    wanted.write_text(json.dumps(changes))
    environment = {
        "HOME": str(folder),
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": changes[0]["database"],
        "PATH": "/usr/bin:/bin",
    }
    python = install(version) / "bin" / "python"
    made = subprocess.run(
        [str(python), str(SCRIPT), str(wanted), str(done)], env=environment, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    outcomes: Mapping[str, str] = json.loads(done.read_text())
    return outcomes


def request(situation: Situation, arguments: Mapping[str, Any], database: str, *, two: bool) -> dict[str, Any]:
    """Return the change as a client of Airflow's API would ask for it."""
    body = {name: value.isoformat() if isinstance(value, datetime) else value for name, value in arguments.items()}
    path = {"dag_id": body.pop("dag_id")}
    in_body = situation.operation == "clear" or (two and situation.operation == "task state")
    if "run_id" in body:
        (body if in_body else path)["dag_run_id"] = body.pop("run_id")
    if situation.operation == "task state":
        body["new_state"] = body.pop("state")
        if two:
            flags = ("include_upstream", "include_downstream", "include_future", "include_past")
            body = {**dict.fromkeys(flags, False), "dry_run": False, **body}
    if situation.operation == "note" or (situation.operation == "task state" and not two):
        path |= {name: body.pop(name) for name in ("task_id", "map_index") if name in body}
    return {
        "name": situation.name,
        "operation": situation.operation,
        "database": database,
        "path": path,
        "body": body,
    }


def comparable(rows: Rows, minor: str) -> Rows:
    """Leave out what we do better on purpose.

    Airflow 2 weighs a cleared task within the part of the DAG that is cleared, so that it gets less
    weight than before; we give it the weight that it has in its DAG.
    """
    if not minor.startswith("2"):
        return rows
    weightless = {
        key: {name: value for name, value in row.items() if name != "priority_weight"}
        for key, row in rows["task_instance"].items()
    }
    return {**rows, "task_instance": weightless}
