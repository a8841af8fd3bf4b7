"""What stands in the demo besides DAGs: pools, variables, connections, jobs, and the people with their tokens."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolvers.demo.rows import ACCOUNT, Row
from resolvers.secrets import KeyRing
from resolvers.settings import Role

EXECUTOR = "DemoExecutor"


@dataclass(frozen=True)
class DemoToken:
    """Somebody who may call the demo; the token is no secret."""

    name: str
    role: Role
    token: str


TOKENS = (
    DemoToken("vera", Role.VIEWER, "demo-viewer"),
    DemoToken("uma", Role.USER, "demo-user"),
    DemoToken("otto", Role.OP, "demo-op"),
    DemoToken("ada", Role.ADMIN, "demo-admin"),
)

# Name, slots (-1 for no limit), description, whether deferred tasks keep their slots.
_POOLS = (
    ("warehouse", 6, "Connections that the warehouse gives us", False),
    ("gpu", 2, "One card, and one task that waits for it", False),
    ("crm_api", 1, "The CRM counts our calls", False),
    ("partners", 4, "Sensors for the files of partners", True),
    ("experiments", -1, "Whatever is left over", False),
)

# Key, value, description, whether it is stored encrypted.
_VARIABLES = (
    ("crm_api_key", "demo-0000-not-a-key", "Renewed every quarter", True),
    ("data_lake", "s3://lake", "Where everything lands first", True),
    ("exchange_rate_source", "https://rates.example.org/v2", "Asked once an hour", False),
    ("feature_flags", '{"new_pricing": true, "fast_merge": false}', "Read when a DAG is parsed", True),
    ("report_recipients", '["board@example.org", "sales@example.org"]', "Who gets the sales report", True),
    ("slack_webhook_url", "https://hooks.example.org/demo", "Where failures are told", True),
    ("sla_hours", "4", None, False),
    ("warehouse_password", "correct horse battery staple", "Of the user that loads", True),
)

_Connection = tuple[str, str, str, str | None, str | None, str | None, int | None, str | None, Mapping[str, object]]

# Id, type, what it is for, host, schema, login, port, password, what else it needs.
_CONNECTIONS: tuple[_Connection, ...] = (
    ("crm_api", "http", "The CRM's API", "crm.example.org", "https", None, 443, None, {"timeout": 30}),
    ("data_lake", "aws", "Where everything lands first", None, None, "lake-writer", None, "demo-not-a-key", {}),
    ("partner_acme", "sftp", "Files of ACME", "files.acme.example.org", None, "shop", 22, "demo-not-a-word", {}),
    ("slack", "slackwebhook", "Where failures are told", None, None, None, None, "demo/not/a/hook", {}),
    (
        "warehouse",
        "postgres",
        "The warehouse, as the user that loads",
        "warehouse.example.org",
        "shop",
        "loader",
        5432,
        "correct horse battery staple",
        {"sslmode": "verify-full", "api_token": "demo-not-a-token"},
    ),
)


def pool_rows() -> Iterator[Row]:
    """Yield the pools besides Airflow's own default pool."""
    for name, slots, description, include_deferred in _POOLS:
        yield {"pool": name, "slots": slots, "description": description, "include_deferred": include_deferred}


def variable_rows(fernet_key: str) -> Iterator[Row]:
    """Yield the variables, those that are encrypted with the key."""
    keys = KeyRing.parse(fernet_key)
    for key, value, description, secret in _VARIABLES:
        stored, is_encrypted = keys.encrypt(value) if secret else (value, False)
        yield {"key": key, "val": stored, "description": description, "is_encrypted": is_encrypted}


def connection_rows(fernet_key: str) -> Iterator[Row]:
    """Yield the connections, their passwords and what else they need encrypted with the key."""
    keys = KeyRing.parse(fernet_key)
    for conn_id, conn_type, description, host, schema, login, port, password, extra in _CONNECTIONS:
        hidden, is_encrypted = keys.encrypt(password) if password else (None, False)
        more, is_extra_encrypted = keys.encrypt(json.dumps(extra)) if extra else (None, False)
        yield {
            "conn_id": conn_id,
            "conn_type": conn_type,
            "description": description,
            "host": host,
            "schema": schema,
            "login": login,
            "port": port,
            "password": hidden,
            "is_encrypted": is_encrypted,
            "extra": more,
            "is_extra_encrypted": is_extra_encrypted,
        }


def job_rows(now: datetime, airflow: int) -> Iterator[Row]:
    """Yield the processes that a living Airflow has, and one that died."""
    began = now - timedelta(days=6, hours=3)
    dead = now - timedelta(days=6, hours=4)
    running = ["SchedulerJob", "TriggererJob", *(["DagProcessorJob"] if airflow == 3 else [])]
    yield _job(1, "SchedulerJob", "failed", dead - timedelta(days=20), dead)
    for number, kind in enumerate(running, start=2):
        yield _job(number, kind, "running", began, None) | {"latest_heartbeat": now}


def worker_job(number: int, start: datetime, worker: str) -> Row:
    """Return the job that Airflow 2 has for each try that runs."""
    return _job(number, "LocalTaskJob", "running", start, None) | {"hostname": worker, "latest_heartbeat": start}


def _job(number: int, kind: str, state: str, start: datetime, end: datetime | None) -> Row:
    return {
        "id": number,
        "job_type": kind,
        "state": state,
        "start_date": start,
        "end_date": end,
        "latest_heartbeat": end,
        "hostname": "demo-scheduler",
        "unixname": ACCOUNT,
        "executor_class": EXECUTOR,
    }
