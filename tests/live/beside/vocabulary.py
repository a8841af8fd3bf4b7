"""What there is in a database to ask about: names that belong together, and moments at which something happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from random import Random

import psycopg
from psycopg.rows import dict_row

from graph.rest.stable.signing import sign

Row = Mapping[str, object]

_PLACES = """
    SELECT dag_id, run_id AS dag_run_id, task_id, map_index, t.try_number AS task_try_number, t.pool, t.queue,
           t.executor, t.state, r.execution_date, x.key AS xcom_key
    FROM task_instance t JOIN dag_run r USING (dag_id, run_id)
    LEFT JOIN xcom x USING (dag_id, run_id, task_id, map_index)
    ORDER BY 1, 2, 3, 4, x.key
"""
_EVENTS = """
    SELECT dataset_id, uri, source_dag_id, source_task_id, source_run_id, source_map_index
    FROM dataset_event JOIN dataset ON dataset.id = dataset_id ORDER BY dataset_event.id
"""
_QUEUED = """
    SELECT uri, target_dag_id AS dag_id FROM dataset_dag_run_queue JOIN dataset ON dataset.id = dataset_id
    ORDER BY 1, 2
"""
_LOGS = "SELECT id AS event_log_id, dag_id, task_id, run_id, map_index, try_number, event, owner FROM log ORDER BY id"
_TRIES = (
    "SELECT dag_id, run_id AS dag_run_id, task_id, map_index, try_number AS task_try_number FROM {} ORDER BY 1,2,3,4,5"
)
_ALONE = {
    "dag_id": "SELECT dag_id FROM dag",
    "pool_name": "SELECT pool FROM slot_pool",
    "variable_key": "SELECT key FROM variable",
    "connection_id": "SELECT conn_id FROM connection",
    "conn_type": "SELECT conn_type FROM connection",
    "uri": "SELECT uri FROM dataset",
    "username": "SELECT username FROM ab_user",
    "email": "SELECT email FROM ab_user",
    "role_name": "SELECT name FROM ab_role",
    "action": "SELECT name FROM ab_permission",
    "resource": "SELECT name FROM ab_view_menu",
    "import_error_id": "SELECT id FROM import_error",
    "tag": "SELECT name FROM dag_tag",
    "warning_type": "SELECT warning_type FROM dag_warning",
    "fileloc": "SELECT fileloc FROM dag",
}
_MOMENTS = """
    SELECT execution_date AS at FROM dag_run UNION SELECT start_date FROM dag_run UNION SELECT end_date FROM dag_run
    UNION SELECT start_date FROM task_instance UNION SELECT end_date FROM task_instance
    UNION SELECT updated_at FROM task_instance UNION SELECT dttm FROM log
    UNION SELECT created_at FROM dataset_dag_run_queue
"""
_OPTIONS = (
    ("core", "dags_folder"),
    ("core", "parallelism"),
    ("core", "fernet_key"),
    ("core", "executor"),
    ("webserver", "secret_key"),
    ("webserver", "expose_config"),
    ("database", "sql_alchemy_conn"),
    ("api", "auth_backends"),
    ("logging", "base_log_folder"),
    ("core", "nothing"),
    ("nothing", "parallelism"),
)


@dataclass(frozen=True)
class Vocabulary:
    """Rows of names that belong together, names that stand alone, and moments, all in one order."""

    places: Sequence[Row]
    tries: Sequence[Row]
    events: Sequence[Row]
    queued: Sequence[Row]
    logs: Sequence[Row]
    alone: Mapping[str, Sequence[object]]
    moments: Sequence[datetime]
    secret: str

    def names(self, random: Random) -> dict[str, object]:
        """Return a name for everything that may be asked about, as many as may be belonging together."""
        section, option = random.choice(_OPTIONS)
        found: dict[str, object] = {name: random.choice(values) for name, values in self.alone.items() if values}
        found |= {"section": section, "option": option, "event_log_id": 1}
        found |= _one(self.logs, random) | _one(self.events, random)
        if random.random() < 0.15:
            return found | _one(self.places, random) | _one(self.queued, random) | self._token(found)
        if random.random() < 0.2:
            return found | _one(self.places, random) | _one(self.tries, random) | self._token(found)
        keyed = [place for place in self.places if place["xcom_key"]]
        of = keyed if keyed and random.random() < 0.3 else self.places
        dag_id = random.choice(sorted({str(place["dag_id"]) for place in of}))
        return found | _one([place for place in of if place["dag_id"] == dag_id], random) | self._token(found)

    def _token(self, found: Mapping[str, object]) -> dict[str, object]:
        return {"file_token": sign(str(found["fileloc"]), self.secret)}


def _one(rows: Sequence[Row], random: Random) -> dict[str, object]:
    return {name: value for name, value in random.choice(rows).items() if value is not None} if rows else {}


def read_vocabulary(database: str, secret: str) -> Vocabulary:
    """Read a database; files are named by tokens that this secret signs."""
    with psycopg.connect(database, row_factory=dict_row) as connection:

        def rows(statement: str) -> list[Row]:
            return list(connection.execute(statement.encode()).fetchall())

        def column(statement: str) -> list[object]:
            return sorted({next(iter(row.values())) for row in rows(statement)} - {None}, key=str)

        return Vocabulary(
            places=rows(_PLACES),
            tries=[*rows(_TRIES.format("task_instance_history")), *rows(_TRIES.format("task_instance"))],
            events=rows(_EVENTS),
            queued=rows(_QUEUED),
            logs=rows(_LOGS),
            alone={name: column(statement) for name, statement in _ALONE.items()},
            moments=[moment for moment in column(_MOMENTS) if isinstance(moment, datetime)],
            secret=secret,
        )
