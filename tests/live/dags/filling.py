"""DAGs to be filled in for past dates: twins for two ways to ask, and one whose runs wait for their markers."""

import datetime

from either import DAG, EmptyOperator, task, wait_until_marked

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def day(ds: str | None = None, dag_run=None) -> str:
    return f"{ds} {dag_run.conf}"


@task
def linger(run_id: str | None = None) -> None:
    wait_until_marked(run_id, seconds=120)


for name in ("fills_ours", "fills_theirs"):
    with DAG(name, schedule="0 3 * * *", start_date=BIRTH, catchup=False, is_paused_upon_creation=True, tags=["fills"]):
        day() >> EmptyOperator(task_id="after")

with DAG("fills_slowly", schedule="0 3 * * *", start_date=BIRTH, catchup=False, is_paused_upon_creation=True, tags=["fills"]):
    linger()
