"""DAGs with a cause to fail: until the marker named after the run exists, or on the first try only."""

import datetime

from either import DAG, EmptyOperator, marked, task

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def need_marker(run_id: str | None = None) -> None:
    if not marked(run_id):
        raise RuntimeError("the cause is still there")


@task
def stumble(ti=None) -> int:
    if ti.try_number == 1:
        raise RuntimeError("stumbled")
    return ti.try_number


with DAG("breaks", schedule=None, start_date=BIRTH, tags=["live"]):
    need_marker.override(task_id="f1")() >> EmptyOperator(task_id="f2") >> EmptyOperator(task_id="f3")

with DAG("retries", schedule=None, start_date=BIRTH, tags=["live"]):
    stumble.override(retries=1, retry_delay=datetime.timedelta(seconds=1))()
