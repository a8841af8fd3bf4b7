"""Graphs: a line, diamonds, forks, rules of when to run, and tasks that wait or choose."""

from datetime import datetime, timedelta, timezone

from vocabulary import (
    DAG,
    BashOperator,
    BranchPythonOperator,
    EmptyOperator,
    ExternalTaskMarker,
    ExternalTaskSensor,
    FileSensor,
    Label,
    PythonOperator,
    PythonSensor,
    ShortCircuitOperator,
    TriggerDagRunOperator,
    chain,
    task,
)

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
RULES = (
    "all_success",
    "all_failed",
    "all_done",
    "one_failed",
    "one_success",
    "one_done",
    "none_failed",
    "none_failed_min_one_success",
    "none_skipped",
    "all_skipped",
    "always",
)


def greet():
    print("hello")


with DAG("line", start_date=START, schedule="0 3 * * *", catchup=False, tags=["shape"]):
    chain(*(EmptyOperator(task_id=name) for name in ("first", "second", "third", "fourth")))

with DAG("diamonds", start_date=START, schedule=None, tags=["shape"]):
    top, left, right, middle, bottom = (
        EmptyOperator(task_id=name) for name in ("top", "left", "right", "middle", "bottom")
    )
    top >> Label("west") >> left >> middle
    top >> Label("east") >> right >> middle
    middle >> bottom
    top >> bottom
    EmptyOperator(task_id="alone")

with DAG("trigger_rules", start_date=START, schedule=None, tags=["shape"]):
    before = [BashOperator(task_id=f"before_{number}", bash_command="true") for number in (1, 2)]
    for rule in RULES:
        before >> EmptyOperator(task_id=rule, trigger_rule=rule)

with DAG("branches", start_date=START, schedule="@daily", catchup=False, tags=["shape"]):

    @task.branch
    def choose():
        return "yes"

    @task.short_circuit(ignore_downstream_trigger_rules=False)
    def worth_it():
        return True

    yes, no = PythonOperator(task_id="yes", python_callable=greet), EmptyOperator(task_id="no")
    joined = EmptyOperator(task_id="joined", trigger_rule="none_failed_min_one_success")
    again = BranchPythonOperator(task_id="again", python_callable=lambda: ["north", "south"])
    last = ShortCircuitOperator(task_id="last", python_callable=bool)
    worth_it() >> choose() >> [yes, no] >> joined >> again
    again >> [EmptyOperator(task_id="north"), EmptyOperator(task_id="south")] >> last

with DAG("waiting", start_date=START, schedule="@hourly", catchup=False, tags=["shape"]):

    @task.sensor(poke_interval=30, timeout=600, mode="reschedule")
    def decorated():
        return True

    seen = FileSensor(task_id="file_is_there", filepath="/tmp/there", mode="poke", soft_fail=True)
    ready = PythonSensor(task_id="ready", python_callable=bool, mode="reschedule", exponential_backoff=True)
    other = ExternalTaskSensor(
        task_id="line_is_done",
        external_dag_id="line",
        external_task_ids=["fourth"],
        execution_delta=timedelta(hours=1),
        mode="reschedule",
    )
    marker = ExternalTaskMarker(task_id="marks_line", external_dag_id="line", external_task_id="first")
    fired = TriggerDagRunOperator(task_id="starts_diamonds", trigger_dag_id="diamonds", conf={"from": "waiting"})
    [decorated(), seen, ready] >> other >> marker >> fired
