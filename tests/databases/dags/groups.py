"""Groups of tasks: nested, with and without their name in front, joined to each other, mapped."""

from datetime import datetime, timezone

from vocabulary import DAG, EmptyOperator, Label, TaskGroup, task, task_group

START = datetime(2026, 1, 1, tzinfo=timezone.utc)

with DAG("nested_groups", start_date=START, schedule="@daily", catchup=False, tags=["group"]):
    begin, end = EmptyOperator(task_id="begin"), EmptyOperator(task_id="end")
    with TaskGroup("outer", tooltip="Everything in between", ui_color="#abc", default_args={"retries": 2}) as outer:
        before = EmptyOperator(task_id="before")
        with TaskGroup("inner", prefix_group_id=True) as inner:
            EmptyOperator(task_id="one") >> EmptyOperator(task_id="two")
        with TaskGroup("plain", prefix_group_id=False) as plain:
            EmptyOperator(task_id="bare_one")
            EmptyOperator(task_id="bare_two", retries=5)
            with TaskGroup("deep") as deep:
                EmptyOperator(task_id="deepest")
        before >> inner >> Label("then") >> plain
    begin >> outer >> end
    with TaskGroup("empty_one"):
        pass

with DAG("group_to_group", start_date=START, schedule=None, tags=["group"]):
    with TaskGroup("left") as left:
        EmptyOperator(task_id="a") >> [EmptyOperator(task_id="b"), EmptyOperator(task_id="c")]
    with TaskGroup("right", add_suffix_on_collision=True) as right:
        EmptyOperator(task_id="a") >> EmptyOperator(task_id="b")
    with TaskGroup("right", add_suffix_on_collision=True) as again:
        EmptyOperator(task_id="a")
    left >> right >> again
    left >> again

with DAG("mapped_group", start_date=START, schedule=None, tags=["group", "mapped"]):

    @task
    def sizes():
        return [1, 2, 3]

    @task
    def work(size):
        return size * 2

    @task
    def check(result):
        return result > 1

    @task
    def gather(results):
        return sum(results)

    @task_group
    def each(size):
        """Work and check, once per size."""
        done = work(size)
        check(done)
        return done

    gather(each.expand(size=sizes()))

    @task_group(group_id="twice")
    def counted(number):
        with TaskGroup("within"):
            work.override(task_id="again")(number)

    counted.expand(number=[10, 20])
