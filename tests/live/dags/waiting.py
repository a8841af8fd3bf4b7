"""A DAG whose first task runs until the marker named after its run exists."""

import datetime

from either import DAG, EmptyOperator, task, wait_until_marked

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task(retries=1, retry_delay=datetime.timedelta(seconds=1))
def wait(run_id: str | None = None) -> None:
    wait_until_marked(run_id, seconds=120)


with DAG("waits", schedule=None, start_date=BIRTH, tags=["live"], max_active_runs=4):
    wait() >> EmptyOperator(task_id="after")
