"""A DAG whose tasks differ in all that Airflow writes into a task instance before it runs."""

import datetime

from either import DAG, EmptyOperator, task, task_group

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
FAR = datetime.datetime(2099, 1, 1, tzinfo=datetime.timezone.utc)


@task
def take(x: object = None, y: object = None) -> str:
    return f"{x} {y}"


@task_group
def pair(x: int) -> None:
    take.override(task_id="left")(x) >> take.override(task_id="right")(x)


with DAG("rich", schedule=None, start_date=BIRTH, tags=["live"], default_args={"owner": "ada", "retries": 2}):
    root = EmptyOperator(task_id="root", task_display_name="The root", priority_weight=3)
    upstream = take.override(task_id="upstream", weight_rule="upstream", priority_weight=5, retries=0)()
    absolute = take.override(task_id="absolute", weight_rule="absolute", priority_weight=7, queue="elsewhere")()
    configured = take.override(task_id="configured", executor_config={"memory": {"mb": 512}}, pool_slots=2)()
    crossed = take.override(task_id="crossed").partial().expand(x=[1, 2], y=["a", "b"])
    none_at_all = take.override(task_id="none_at_all").expand(x=[])
    chained = take.override(task_id="chained").expand(x=crossed)
    not_yet = EmptyOperator(task_id="not_yet", start_date=FAR)
    last = EmptyOperator(task_id="last", trigger_rule="all_done", depends_on_past=False)
    root >> [upstream, absolute, configured, not_yet] >> last
    root >> [crossed, none_at_all] >> last
    chained >> last
    root >> pair.expand(x=[1, 2]) >> last
