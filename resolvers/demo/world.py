"""The embedded world: an SQLite file with the schema of real Airflow, and weeks of a shop's work in it."""

import base64
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from resolvers.demo.asset_rows import add_assets, mention_assets
from resolvers.demo.audit_log import log_rows
from resolvers.demo.backfill_rows import backfill_rows, backfill_run_rows
from resolvers.demo.dag_rows import (
    BUNDLE,
    dag_row,
    import_error_row,
    serialized_row,
    tag_rows,
    version_row,
    warning_rows,
)
from resolvers.demo.dags import CATALOG
from resolvers.demo.furniture import TOKENS, DemoToken, connection_rows, job_rows, pool_rows, variable_rows
from resolvers.demo.history import Past, past
from resolvers.demo.records import Records
from resolvers.demo.run_rows import add_outcomes
from resolvers.demo.serialize import FOLDER
from resolvers.demo.xcom_rows import xcom_rows
from resolvers.metadata.detect import detect
from resolvers.metadata.engine import open_engine, write_transaction
from resolvers.settings import load_settings

SCHEMA = Path(__file__).parent
SEED = 7

DEMO_NOTICE = (
    "A demo, and no Airflow: all of it is made up. A small clock carries out what you trigger or clear, "
    "in seconds; all is gone at the end."
)


@dataclass(frozen=True)
class DemoWorld:
    """A world that was built: where it is, how to open it, who may call, and how much is in it."""

    path: Path
    airflow: int
    fernet_key: str
    tokens: tuple[DemoToken, ...]
    dags_folder: str
    dags: int
    runs: int
    task_instances: int

    @property
    def url(self) -> str:
        """The URL of the database."""
        return f"sqlite:///{self.path}"

    @property
    def settings(self) -> Mapping[str, str]:
        """What `load_settings` is to be given to serve it."""
        return {
            "database": self.url,
            "fernet_key": self.fernet_key,
            "tokens": " ".join(f"{one.name}:{one.role.value}:{one.token}" for one in self.tokens),
        }


def build_world(path: Path, *, airflow: int, now: datetime, seed: int = SEED) -> DemoWorld:
    """Make a new database at `path`, in the layout of Airflow 2.11 (`airflow=2`) or 3.3 (`airflow=3`).

    The same seed and moment make the same world. Raises FileExistsError where there is a file already.
    """
    _make_tables(path, airflow)
    happened = past(airflow, now, seed)
    fernet_key = base64.urlsafe_b64encode(sha256(f"airflow-graph demo {seed}".encode()).digest()).decode()
    engine = open_engine(f"sqlite:///{path}", load_settings())
    try:
        with write_transaction(engine) as connection:
            records = Records(detect(connection))
            if airflow == 3:
                # No relation stands for what the rows of DAGs refer to.
                connection.exec_driver_sql("INSERT INTO dag_bundle (name, active) VALUES (?, 1)", (BUNDLE,))
                records.add("backfill", backfill_rows(happened))
            _add_dags(records, happened)
            records.add("job", job_rows(now, airflow))
            records.add("pool", pool_rows())
            records.add("variable", variable_rows(fernet_key))
            records.add("connection", connection_rows(fernet_key))
            add_outcomes(records, happened)
            if airflow == 3:
                records.add("backfill_run", backfill_run_rows(happened))
            records.add("xcom", xcom_rows(happened))
            add_assets(records, happened)
            records.add("log", log_rows(happened))
            records.write(connection)
            if airflow == 3:
                mention_assets(connection)
    finally:
        engine.dispose()
    return DemoWorld(
        path=path,
        airflow=airflow,
        fernet_key=fernet_key,
        tokens=TOKENS,
        dags_folder=FOLDER,
        dags=len(CATALOG),
        runs=len(happened.outcomes),
        task_instances=sum(len(outcome.instances) for outcome in happened.outcomes),
    )


def _make_tables(path: Path, airflow: int) -> None:
    path.touch(exist_ok=False)
    with closing(sqlite3.connect(path)) as connection:
        # Readers and the clock do not wait for each other. The mode stays with the file.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(f"BEGIN; {(SCHEMA / f'airflow{airflow}.sql').read_text('utf-8')} COMMIT;")


def _add_dags(records: Records, happened: Past) -> None:
    now, airflow = happened.now, happened.airflow
    for plan in CATALOG.values():
        data = happened.serialized[plan.dag_id]
        records.add("dag", [dag_row(plan, data, now, airflow)])
        records.add("dag_tag", tag_rows(plan))
        if airflow == 3:
            records.add("dag_version", [version_row(plan, now)])
        records.add("serialized_dag", [serialized_row(plan, data, now, airflow)])
        records.add("dag_warning", warning_rows(plan, now))
        if plan.import_error:
            records.add("import_error", [import_error_row(plan, now, airflow)])
