"""Tasks that become many: over literal lists, over what another task returned, over both."""

from datetime import datetime, timedelta, timezone

from vocabulary import DAG, BashOperator, EmptyOperator, PythonOperator, task

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def show(*words, **named):
    print(words, named)


with DAG("mapped", start_date=START, schedule=None, default_args={"retries": 1, "owner": "maps"}, tags=["mapped"]):

    @task
    def numbers():
        return [1, 2, 3]

    @task
    def pairs():
        return [{"x": 1, "y": 2}, {"x": 3, "y": 4}]

    @task
    def double(number):
        return number * 2

    @task(retries=4, retry_delay=timedelta(seconds=30), max_active_tis_per_dagrun=2, pool="narrow", pool_slots=2)
    def add(x, y):
        return x + y

    @task
    def total(values):
        return sum(values)

    literal = BashOperator.partial(
        task_id="literal", retries=2, priority_weight=4, weight_rule="absolute", queue="slow", owner="someone"
    ).expand(bash_command=["echo a", "echo b", "echo c"])
    nothing = BashOperator.partial(task_id="over_nothing").expand(bash_command=[])
    crossed = add.partial(x=10).expand(y=[1, 2])
    table = add.override(task_id="table").expand(x=[1, 2, 3], y=[10, 20])
    several = add.override(task_id="records", trigger_rule="all_done").expand_kwargs(pairs())
    written = add.override(task_id="written", start_date=datetime(2026, 2, 1, tzinfo=timezone.utc)).expand_kwargs(
        [{"x": 1, "y": 1}, {"x": 2, "y": 2}]
    )
    doubled = double.expand(number=numbers())
    again = double.override(task_id="again", task_display_name="Once more").expand(number=doubled)
    shown = PythonOperator.partial(task_id="shown", python_callable=show).expand(op_args=[["a"], ["b", "c"]])
    zipped = double.override(task_id="zipped").expand(number=numbers().zip(numbers()))
    changed = double.override(task_id="changed").expand(number=numbers().map(lambda number: number + 1))
    total(again) >> EmptyOperator(task_id="end")
    literal >> nothing >> crossed
