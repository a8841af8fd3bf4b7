"""A DAG whose tasks read a connection and a variable, named by the run's configuration, and tell what they found."""

import datetime

from either import DAG, BaseHook, Variable, task

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def look_up_connection(dag_run=None) -> dict:
    found = BaseHook.get_connection(dag_run.conf["connection"])
    told = {name: getattr(found, name) for name in ("conn_type", "host", "schema", "login", "password", "port")}
    return {**told, "extra": found.extra_dejson, "uri": found.get_uri()}


@task
def look_up_variable(dag_run=None) -> dict:
    key = dag_run.conf["variable"]
    return {"text": Variable.get(key), "json": Variable.get(f"{key}_json", deserialize_json=True)}


with DAG("looks", schedule=None, start_date=BIRTH, tags=["live"]):
    look_up_connection()
    look_up_variable()
