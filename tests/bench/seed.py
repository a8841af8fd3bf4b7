"""How a metadata database of any size is filled: the tables that real Airflow made, rows by the hundred thousand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from resolvers.demo.blueprint import DagPlan, Schedule, TaskPlan
from resolvers.demo.dag_rows import BUNDLE, dag_row, serialized_row, tag_rows, version_of, version_row
from resolvers.demo.operators import BASH, KUBERNETES, PYTHON, SQL
from resolvers.demo.records import Records
from resolvers.demo.serialize import serialize
from resolvers.metadata.detect import detect
from resolvers.metadata.engine import open_engine, write_transaction
from resolvers.settings import load_settings
from tests.bench.dialects import Dialect, PostgreSQL, Run, SQLite

RECORDINGS = Path(__file__).parents[1] / "databases"
NOW = datetime(2026, 3, 1, tzinfo=UTC)
"""When the seeded history ends."""

WIDE_DAG = "zones_wide"
"""The DAG that W4 reads: its one run has a hundred task instances."""
WIDE_INSTANCES = 100

VERSION = 3
"""Counts up whenever other rows are made: databases that were kept are then made anew."""

_HOUR = 3_600_000_000
_APART = 11_000_000
"""The microseconds between the schedules of neighbours: no two runs are due at once, so that pages have one order."""
_STAGES = ("check", "clean", "extract", "load", "publish", "transform")
_MAPPED = "map_partitions"
_PLAIN = 18
_BATCH = 20_000

_AREAS = ("ads", "billing", "catalog", "delivery", "events", "finance", "growth", "hr", "inventory", "journeys")
_OPERATORS = (PYTHON, BASH, SQL, KUBERNETES)

Told = Callable[[int, int], None]
"""Told how many task instances there are by now, and how many there will be."""


@dataclass(frozen=True)
class Size:
    """How many DAGs there are, and how many runs of each; every run has 20 or 21 task instances."""

    dags: int = 200
    runs: int = 50

    @classmethod
    def of(cls, task_instances: int) -> "Size":
        """Return the size that is closest: 10,000 are 50 DAGs of 10 runs, 205,000 are 200 of 50, 2,000,000 of 488."""
        runs = task_instances / 20.5
        dags = max(50, min(200, round(runs / 50)))
        return cls(dags, max(1, round(runs / dags)))

    @property
    def task_instances(self) -> int:
        """How many task instances that makes, those of the wide DAG left out."""
        return self.runs * (20 * self.dags + self.dags // 2)

    @property
    def name(self) -> str:
        """What a database of this size is called."""
        return f"{self.dags}x{self.runs}"


def dag_ids(size: Size) -> list[str]:
    """Return the ids of the DAGs, in the order of the alphabet, whatever its collation."""
    each = -(-size.dags // len(_AREAS))
    return [f"{_AREAS[number // each]}_pipeline_{number:03}" for number in range(size.dags)]


def wide_run_id(size: Size) -> str:
    """Return the id of the only run of the wide DAG."""
    number = size.dags
    due = NOW - timedelta(microseconds=_every(number)) + timedelta(microseconds=number * _APART)
    return f"scheduled__{due.isoformat()}"


def fill(url: str, minor: str, size: Size, told: Told = lambda _done, _all: None) -> None:
    """Fill an empty database: the tables of that Airflow, then rows, then statistics for the planner.

    The same size makes the same rows, in every database and every Airflow.
    """
    dialect = PostgreSQL(url) if url.startswith("postgresql") else SQLite(url)
    dialect.load(RECORDINGS / minor)
    plans = _plans(size)
    three = minor.startswith("3.")
    _add_dags(url, plans, airflow=3 if three else 2)
    with dialect.connected() as run:
        _add_dimensions(run, plans, size)
        runs_at_once = max(1, _BATCH // (21 * size.dags))
        done = 0
        for first in range(0, size.runs, runs_at_once):
            below = min(first + runs_at_once, size.runs)
            _add_runs(run, dialect, size, first, below, three=three)
            done = size.task_instances * below // size.runs
            told(done, size.task_instances)
    dialect.finish()


def _plans(size: Size) -> list[DagPlan]:
    """Return the DAGs: hourly and daily ones by turns, and the wide one at the end of the alphabet."""
    history = timedelta(days=size.runs + 1)
    tasks = (
        *(
            TaskPlan(
                task_id=_task_id(number),
                operator=_OPERATORS[number % len(_OPERATORS)],
                after=_task_id(number - 1) if number else "",
                retries=2,
            )
            for number in range(_PLAIN)
        ),
        TaskPlan(task_id=_MAPPED, after=_task_id(0), over=("north", "south", "east"), retries=2),
    )
    return [
        DagPlan(
            dag_id=dag_id,
            description=f"Keeps {dag_id.split('_')[0]} up to date.",
            tasks=tasks,
            owner=("data-platform", "analytics")[number % 2],
            tags=(dag_id.split("_")[0], "nightly")[: 1 + number % 2],
            schedule=Schedule(words=("Every hour", "At 00:00")[number % 2], cron=("@hourly", "@daily")[number % 2]),
            history=history,
            is_paused=number % 7 == 3,
        )
        for number, dag_id in enumerate([*dag_ids(size), WIDE_DAG])
    ]


def _task_id(number: int) -> str:
    return f"{_STAGES[number * len(_STAGES) // _PLAIN]}_{number:02}"


def _every(number: int) -> int:
    """Return the microseconds from one run of a DAG to its next."""
    return _HOUR if number % 2 == 0 else 24 * _HOUR


def _serialized(plan: DagPlan, airflow: int) -> dict[str, Any]:
    """Return the serialized DAG, as a real Airflow can read it too."""
    data = serialize(plan, airflow, NOW - plan.history)
    for task in data["dag"]["tasks"]:
        if task["__var"].get("_is_mapped"):
            # Airflow 3.3 refuses this of mapped tasks.
            task["__var"].pop("has_retry_policy", None)
    return data


def _add_dags(url: str, plans: Sequence[DagPlan], *, airflow: int) -> None:
    engine = open_engine(url, load_settings(database=url))
    try:
        with write_transaction(engine) as connection:
            if airflow == 3:
                connection.exec_driver_sql(f"INSERT INTO dag_bundle (name, active) VALUES ('{BUNDLE}', true)")
            records = Records(detect(connection))
            for number, plan in enumerate(plans):
                data = _serialized(plan, airflow)
                records.add("dag", [dag_row(plan, data, NOW, airflow)])
                records.add("dag_tag", tag_rows(plan))
                if airflow == 3:
                    records.add("dag_version", [version_row(plan, NOW)])
                row = serialized_row(plan, data, NOW, airflow)
                # As Airflow 2 has it, it is too large for the vocabulary's integer, and nobody here reads it.
                records.add("serialized_dag", [row | {"fileloc_hash": number} if airflow == 2 else row])
            records.write(connection)
    finally:
        engine.dispose()


def _add_dimensions(run: Run, plans: Sequence[DagPlan], size: Size) -> None:
    """Make two small tables that vanish with the connection: what runs and task instances are multiplied from."""
    run(
        "CREATE TEMPORARY TABLE seed_dag "
        "(d bigint, dag_id text, every bigint, first_run bigint, width int, version text)"
    )
    rows = []
    for number, plan in enumerate(plans):
        wide = plan.dag_id == WIDE_DAG
        first, width = (size.runs - 1, WIDE_INSTANCES - _PLAIN) if wide else (0, 2 + number % 2)
        rows.append(f"({number}, '{plan.dag_id}', {_every(number)}, {first}, {width}, '{version_of(plan, NOW).hex}')")
    run(f"INSERT INTO seed_dag VALUES {', '.join(rows)}")
    run("CREATE TEMPORARY TABLE seed_task (t bigint, task_id text, map_index int, operator text, called text)")
    tasks = [(task.task_id, -1, task.operator) for task in plans[0].tasks[:_PLAIN]]
    tasks += [(_MAPPED, number, PYTHON) for number in range(WIDE_INSTANCES - _PLAIN)]
    run(
        "INSERT INTO seed_task VALUES "
        + ", ".join(
            f"({number}, '{task_id}', {map_index}, '{operator.name}', '{operator.called or operator.name}')"
            for number, (task_id, map_index, operator) in enumerate(tasks)
        )
    )
    run(
        "CREATE TEMPORARY TABLE seed_run "
        "(id bigint, d bigint, dag_id text, run_id text, version text, width int, salt bigint, "
        "state text, run_type text, due bigint, began bigint, ended bigint)"
    )


def _add_runs(run: Run, dialect: Dialect, size: Size, first: int, below: int, *, three: bool) -> None:
    """Add the runs of these numbers, oldest first, of all DAGs, and their task instances.

    Moments are whole microseconds until they are stored. What looks like chance is arithmetic: the salt.
    """
    run("DELETE FROM seed_run")
    now = int(NOW.timestamp()) * 1_000_000
    stamp = dialect.text_of("due")
    run(
        f"""
        INSERT INTO seed_run
        SELECT id, d, dag_id,
            CASE WHEN manual THEN 'manual__' ELSE 'scheduled__' END || {stamp} || '+00:00',
            version, width, salt, state,
            CASE WHEN manual THEN 'manual' ELSE 'scheduled' END,
            due,
            CASE WHEN state <> 'queued' THEN due + 2000000 + salt END,
            CASE WHEN state IN ('success', 'failed') THEN due + 2000000 + salt + 240000000 + salt * 311 END
        FROM (
            SELECT *, salt % 9 = 0 AND dag_id <> '{WIDE_DAG}' AS manual,
                CASE
                    WHEN r = {size.runs - 1} AND d % 10 = 3 THEN 'running'
                    WHEN r = {size.runs - 1} AND d % 10 = 4 THEN 'queued'
                    WHEN salt % 12 = 0 THEN 'failed'
                    ELSE 'success'
                END AS state
            FROM (
                SELECT r * {size.dags + 1} + d + 1 AS id, d, r, dag_id, version, width,
                    (d * 7919 + r * 104729 + d * r * 31) % 1000003 AS salt,
                    {now} - ({size.runs} - r) * every + d * {_APART} AS due
                FROM ({dialect.series(first, below)}) AS numbers
                JOIN seed_dag ON r >= first_run
            ) AS dated
        ) AS fated
        ORDER BY id
        """
    )
    _insert(run, "dag_run", "seed_run ORDER BY id", _run_columns(dialect, three=three))
    source = """(
        SELECT *, CASE WHEN started IS NOT NULL AND state <> 'running' THEN started + length END AS finished
        FROM (
            SELECT *,
                CASE WHEN state IS NOT NULL AND state <> 'queued' THEN began + (1 + t) * 1500000 + n END AS started,
                CASE WHEN state IN ('skipped', 'upstream_failed') THEN 0 ELSE 500000 + n * 37 END AS length
            FROM (
                SELECT *,
                    CASE run_state
                        WHEN 'success' THEN CASE WHEN n % 40 = 0 THEN 'skipped' ELSE 'success' END
                        WHEN 'failed' THEN
                            CASE WHEN t = 14 THEN 'failed' WHEN t > 14 THEN 'upstream_failed' ELSE 'success' END
                        WHEN 'running' THEN
                            CASE WHEN t < 10 THEN 'success' WHEN t < 12 THEN 'running'
                                WHEN t = 12 THEN 'queued' WHEN t = 13 THEN 'up_for_retry' END
                    END AS state
                FROM (
                    SELECT seed_run.dag_id, run_id, version, due, began, seed_run.state AS run_state,
                        id AS run_number, t, task_id, map_index, operator, called,
                        (salt * 31 + t * 15485863) % 1000003 AS n
                    FROM seed_run JOIN seed_task ON map_index < width
                ) AS crossed
            ) AS fated
        ) AS timed
    ) AS made ORDER BY run_number, t"""
    _insert(run, "task_instance", source, _task_instance_columns(dialect, three=three))


def _insert(run: Run, table: str, source: str, columns: dict[str, str]) -> None:
    run(f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} FROM {source}")


def _run_columns(dialect: Dialect, *, three: bool) -> dict[str, str]:
    due, began, ended = (dialect.instant(name) for name in ("due", "began", "ended"))
    columns = {
        "id": "id",
        "dag_id": "dag_id",
        "run_id": "run_id",
        "state": "state",
        "run_type": "run_type",
        "queued_at": due,
        "start_date": began,
        "end_date": ended,
        "data_interval_start": due,
        "data_interval_end": due,
        "last_scheduling_decision": f"coalesce({ended}, {began})",
        "updated_at": f"coalesce({ended}, {began}, {due})",
        "clear_number": "0",
        "log_template_id": "NULL",
    }
    if not three:
        return columns | {
            "execution_date": due,
            "external_trigger": "run_type = 'manual'",
            "conf": dialect.pickled,
            "dag_hash": f"'{'0' * 32}'",
        }
    return columns | {
        "logical_date": due,
        "run_after": due,
        "created_at": due,
        "triggered_by": "CASE run_type WHEN 'manual' THEN 'UI' ELSE 'TIMETABLE' END",
        "conf": "'{}'",
        "created_dag_version_id": dialect.uuid("version"),
    }


def _task_instance_columns(dialect: Dialect, *, three: bool) -> dict[str, str]:
    started, finished = dialect.instant("started"), dialect.instant("finished")
    queued = dialect.instant("CASE WHEN state IS NOT NULL THEN began + (1 + t) * 1000000 END")
    columns = {
        "task_id": "task_id",
        "dag_id": "dag_id",
        "run_id": "run_id",
        "map_index": "map_index",
        "start_date": started,
        "end_date": finished,
        "duration": "CASE WHEN finished IS NOT NULL THEN length / 1000000.0 END",
        "state": "state",
        "try_number": "CASE WHEN state IS NULL THEN 0 WHEN n % 15 = 0 THEN 2 ELSE 1 END",
        "max_tries": "2",
        "hostname": "CASE WHEN started IS NULL THEN '' ELSE 'worker-' || (n % 8) || '.workers.airflow.svc' END",
        "unixname": "'airflow'",
        "pool": "'default_pool'",
        "pool_slots": "1",
        "queue": "'default'",
        "priority_weight": "1 + t % 18",
        "operator": "operator",
        "custom_operator_name": "called",
        "queued_dttm": queued,
        "pid": "CASE WHEN started IS NOT NULL THEN 100 + n % 30000 END",
        "executor_config": dialect.pickled,
        "updated_at": f"coalesce({finished}, {started})",
        "task_display_name": "task_id",
    }
    if not three:
        return columns
    return columns | {
        "id": dialect.uuid(dialect.hexadecimal("due / 1000", 12, "run_number", 7, "t")),
        "scheduled_dttm": queued,
        "dag_version_id": dialect.uuid("version"),
    }
