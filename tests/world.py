"""A small Airflow for one test: an empty database of a real schema, and words to put things into it."""

import json
import uuid
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, insert, select

from graph.answering import answer
from graph.documents import Documents
from graph.problems import formatted
from graph.schema import the_schema
from resolvers.access.actor import Actor, actor_of_role
from resolvers.airflow_config import AirflowConfig
from resolvers.limits import Limits
from resolvers.metadata.engine import write_transaction
from resolvers.metadata.generation import Generation
from resolvers.service import Service
from resolvers.settings import Role, Settings, load_settings
from tests.stores import Store

FERNET_KEY = "cFNQWm5XcVJrS2xUZ0ZhbnRhc3RpY0Zlcm5ldEtleTE="
DAY = datetime(2026, 3, 1, tzinfo=UTC)
RECORDINGS = Path(__file__).parent / "databases"
COMMAND = Path(__file__).parent / "airflow_command.sh"

# What Airflow's configuration says in these worlds.
ENVIRONMENT = {
    "AIRFLOW__API__EXPOSE_CONFIG": "True",
    "AIRFLOW__CORE__PARALLELISM": "16",
    "AIRFLOW__CORE__TEST_CONNECTION": "Enabled",
    "AIRFLOW__SMTP__SMTP_PASSWORD": "hush",
    "AIRFLOW__WEBSERVER__EXPOSE_CONFIG": "True",
}

Values = Mapping[str, object]


@cache
def recorded_dags(minor: str) -> dict[str, dict[str, Any]]:
    """Return our DAGs as that Airflow serialized them, by id."""
    recorded: dict[str, dict[str, Any]] = json.loads((RECORDINGS / minor / "serialized.json").read_text())
    return recorded


def simple_dag(generation: Generation, dag_id: str, tasks: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Return a serialized DAG in the generation's own form: task ids and what is downstream of each."""
    old = generation.number == 2
    type_key = "_task_type" if old else "task_type"
    serialized = [
        {
            "__type": "operator",
            "__var": {
                "task_id": task_id,
                type_key: "EmptyOperator",
                "_task_module": "airflow.operators.empty",
                "downstream_task_ids": list(downstream),
                "pool": "default_pool",
            },
        }
        for task_id, downstream in tasks.items()
    ]
    children = {task_id: ["operator", task_id] for task_id in tasks}
    group = {"_group_id": None, "prefix_group_id": True, "tooltip": "", "children": children}
    schedule = (
        {"schedule_interval": None}
        if old
        else {"timetable": {"__type": "airflow.timetables.simple.NullTimetable", "__var": {}}}
    )
    dag = {
        "dag_id" if not old else "_dag_id": dag_id,
        "fileloc": f"/dags/{dag_id}.py",
        "timezone": "UTC",
        "catchup": False,
        "tasks": serialized,
        "_task_group" if old else "task_group": group,
        "dag_dependencies": [],
        "params": [],
        **schedule,
    }
    return {"__version": 1 if old else 3, "dag": dag}


@dataclass
class World:
    """One database, and a service over it."""

    service: Service
    url: str
    at_close: Callable[[], None] | None = None
    _connection: Connection | None = None

    def __repr__(self) -> str:
        return f"World({self.url!r})"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """Write the same where Hypothesis tells what a test was given: it would write all that a dataclass holds."""
        printer.text(repr(self))

    @property
    def reads_along(self) -> bool:
        """Whether the database reads a list along with what it is of, in one statement."""
        return self.service.engine.dialect.name in ("postgresql", "mysql")

    @classmethod
    def open(cls, url: str, minor: str, **settings: object) -> "World":
        """Return an empty world over a database of that Airflow."""
        return cls.configured(url, minor, {}, **settings)

    @classmethod
    def configured(cls, url: str, minor: str, airflow: Mapping[str, str], **settings: object) -> "World":
        """Return an empty world over a database of that Airflow, which these variables of its own configure."""
        told: Settings = load_settings(
            database=url, fernet_key=FERNET_KEY, **{"airflow_command": str(COMMAND), **settings}
        )
        service = Service.open(told, AirflowConfig.discover(environ={**ENVIRONMENT, **airflow}), url)
        assert service.generation.minor == minor or {minor, service.generation.minor} == {"2.10", "2.11"}
        return cls(service, url)

    @cached_property
    def documents(self) -> Documents:
        """What prepares documents, as the server does, but however deep they are.

        Worlds with the same limits share it: it keeps nothing of what a database makes of a document.
        """
        settings = self.service.settings.model_copy(update={"max_depth": 50, "max_aliases": 5_000})
        within = tuple(getattr(settings, name) for name in Limits.model_fields)
        if within not in _DOCUMENTS:
            _DOCUMENTS[within] = Documents(SCHEMA, settings)
        return _DOCUMENTS[within]

    @property
    def generation(self) -> Generation:
        """Which Airflow it is of."""
        return self.service.generation

    def lent_by(self, store: Store) -> "World":
        """Let the database, when it is closed, go back to the store that it is from."""
        self.at_close = partial(store.drop, self.url)
        return self

    def close(self) -> None:
        """Give back the connections, then perhaps the database."""
        self.service.close()
        if self.at_close is not None:
            self.at_close()

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is added in the block be one transaction, which is faster by far."""
        with write_transaction(self.service.engine) as self._connection:
            yield
        self._connection = None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        if self._connection is not None:
            yield self._connection
            return
        with write_transaction(self.service.engine) as connection:
            yield connection

    def insert(self, relation: str, *rows: Values) -> None:
        """Insert rows of logical columns; what this Airflow lacks is left out."""
        found = self.generation.relation(relation)
        with self.writing() as connection:
            for row in rows:
                connection.execute(insert(found.table).values(found.physical(row)))

    def rows(self, relation: str, columns: str, **equal: object) -> list[dict[str, Any]]:
        """Return rows as a later reader sees them, by logical column."""
        found = self.generation.relation(relation)
        statement = select(*(found.expression(name, found.table).label(name) for name in columns.split())).where(
            *(found.expression(name, found.table) == value for name, value in equal.items())
        )
        with self.writing() as connection:
            return [dict(row._mapping) for row in connection.execute(statement)]

    def dag(
        self,
        dag_id: str,
        tasks: Mapping[str, Sequence[str]] | None = None,
        *,
        serialized: Mapping[str, Any] | None = None,
        **values: object,
    ) -> str:
        """Add a DAG, with these tasks (and what is downstream of each) or an already serialized form."""
        three = self.generation.number == 3
        row: dict[str, object] = {
            "dag_id": dag_id,
            "is_paused": False,
            "fileloc": f"/dags/{dag_id}.py",
            "owners": "airflow",
            "max_active_tasks": 16,
            "max_active_runs": 16,
            "max_consecutive_failed_dag_runs": 0,
            "has_task_concurrency_limits": False,
            "has_import_errors": False,
            **values,
        }
        table = self.generation.relation("dag").table
        stale = bool(row.pop("is_stale", False))
        physical = self.generation.relation("dag").physical(row)
        if three:
            physical.update(is_stale=stale, bundle_name="dags-folder", relative_fileloc=f"{dag_id}.py")
            for name, value in {
                "exceeds_max_non_backfill": False,
                "timetable_type": "",
                "timetable_partitioned": False,
                "timetable_periodic": False,
                "partition_mapper_info": [],
                "fail_fast": False,
            }.items():
                if name in table.c:
                    physical.setdefault(name, value)
        else:
            physical.update(is_active=not stale, is_subdag=False)
        with self.writing() as connection:
            if three:
                connection.exec_driver_sql(
                    "INSERT INTO dag_bundle (name, active) SELECT 'dags-folder', true "
                    "WHERE NOT EXISTS (SELECT 1 FROM dag_bundle WHERE name = 'dags-folder')"
                )
            connection.execute(insert(table).values(physical))
        self.serialize(dag_id, serialized or simple_dag(self.generation, dag_id, tasks or {"work": []}))
        return dag_id

    def recorded_dag(self, dag_id: str, **values: object) -> str:
        """Add one of the DAGs in `tests/databases/dags`, as real Airflow serialized it."""
        return self.dag(dag_id, None, serialized=recorded_dags(self.generation.minor)[dag_id], **values)

    def serialize(self, dag_id: str, data: Mapping[str, Any]) -> None:
        """Add a serialized form of a DAG; on Airflow 3 as its next version."""
        common = {"dag_id": dag_id, "data": data, "dag_hash": "0" * 32, "last_updated": DAY}
        if self.generation.number == 2:
            self.insert("serialized_dag", {**common, "fileloc": f"/dags/{dag_id}.py", "fileloc_hash": 1})
            return
        number = len(self.rows("dag_version", "id", dag_id=dag_id)) + 1
        version = uuid.uuid4()
        table = self.generation.tables.tables["dag_version"]
        with self.writing() as connection:
            connection.execute(
                insert(table).values(
                    id=version,
                    dag_id=dag_id,
                    version_number=number,
                    bundle_name="dags-folder",
                    created_at=DAY,
                    last_updated=DAY,
                )
            )
        self.insert("serialized_dag", {**common, "id": uuid.uuid4(), "dag_version_id": version, "created_at": DAY})

    def source(self, dag_id: str, text: str) -> None:
        """Store the text of a DAG's file; on Airflow 3 as that of its newest version."""
        row: dict[str, object] = {"fileloc": f"/dags/{dag_id}.py", "source_code": text, "last_updated": DAY}
        if self.generation.number == 2:
            row["fileloc_hash"] = zlib.crc32(dag_id.encode())
        else:
            versions = self.rows("dag_version", "id version_number", dag_id=dag_id)
            row |= {
                "id": uuid.uuid4(),
                "dag_id": dag_id,
                "created_at": DAY,
                "source_code_hash": "0" * 32,
                "dag_version_id": max(versions, key=lambda version: version["version_number"])["id"],
            }
        with self.writing() as connection:
            connection.execute(insert(self.generation.tables.tables["dag_code"]).values(row))

    def run(self, dag_id: str, run_id: str = "run", day: int = 0, **values: object) -> str:
        """Add a run of a DAG, `day` days after the first of March 2026."""
        date = DAY + timedelta(days=day)
        row: dict[str, object] = {
            "dag_id": dag_id,
            "run_id": run_id,
            "state": "success",
            "run_type": "manual",
            "logical_date": date,
            "data_interval_start": date,
            "data_interval_end": date,
            "queued_at": date,
            "start_date": date,
            "end_date": date + timedelta(minutes=5),
            "clear_number": 0,
            "conf": {},
            "log_template_id": None,
            **values,
        }
        if self.generation.number == 3:
            row |= {"run_after": values.get("run_after", date), "span_status": "not_started"}
        else:
            row["is_external"] = True
        self.insert("dag_run", row)
        return run_id

    def task_instance(
        self, dag_id: str, run_id: str, task_id: str, state: str | None = "success", **values: object
    ) -> None:
        """Add a task instance of a run."""
        row: dict[str, object] = {
            "dag_id": dag_id,
            "run_id": run_id,
            "task_id": task_id,
            "map_index": -1,
            "state": state,
            "try_number": 1,
            "max_tries": 0,
            "pool": "default_pool",
            "pool_slots": 1,
            "queue": "default",
            "priority_weight": 1,
            "operator": "EmptyOperator",
            "hostname": "worker",
            "executor_config": b"\x80\x05}\x94.",
            **values,
        }
        if self.generation.number == 3:
            row |= {"id": uuid.uuid4(), "span_status": "not_started"}
        self.insert("task_instance", row)

    def xcom(self, dag_id: str, run_id: str, task_id: str, key: str, value: object, *, map_index: int = -1) -> None:
        """Add what a task instance left for others."""
        [run] = self.rows("dag_run", "id", dag_id=dag_id, run_id=run_id)
        row = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": map_index, "key": key}
        self.insert("xcom", {**row, "dag_run_id": run["id"], "value": value, "timestamp": DAY})

    def rendered(self, dag_id: str, run_id: str, task_id: str, fields: object, *, map_index: int = -1) -> None:
        """Add what became of a task instance's templates."""
        table = self.generation.tables.tables["rendered_task_instance_fields"]
        key = {"dag_id": dag_id, "run_id": run_id, "task_id": task_id, "map_index": map_index}
        with self.writing() as connection:
            connection.execute(insert(table).values(**key, rendered_fields=fields))

    def actor(self, role: Role = Role.ADMIN, name: str = "tester") -> Actor:
        """Return somebody with a role."""
        return actor_of_role(name, role, method="test")

    def graph(self, document: str, *, actor: Actor | None = None, **variables: object) -> dict[str, Any]:
        """Answer a GraphQL document in-process; return the response, with `statements` beside it."""
        prepared = self.documents.prepare(document)
        if prepared.errors:
            return {"data": None, "errors": [formatted(error) for error in prepared.errors], "statements": []}
        with self.service.session(actor or self.actor()) as session:
            told = answer(SCHEMA, prepared, prepared.operation(None), variables, session)
            return {
                "data": None if told.data is None else orjson.loads(orjson.dumps(told.data)),
                "errors": [formatted(error) for error in told.errors],
                "statements": [ran.statement for ran in session.ran],
            }

    def data(self, document: str, *, actor: Actor | None = None, **variables: object) -> dict[str, Any]:
        """Answer a GraphQL document that must have no errors; return its data."""
        answer = self.graph(document, actor=actor, **variables)
        assert answer["errors"] == []
        data: dict[str, Any] = answer["data"]
        return data


SCHEMA = the_schema()
_DOCUMENTS: dict[tuple[object, ...], Documents] = {}
