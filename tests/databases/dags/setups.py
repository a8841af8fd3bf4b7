"""Setup and teardown tasks: one pair, several, in groups, mapped, and the work between them."""

from datetime import datetime, timezone

from vocabulary import DAG, EmptyOperator, TaskGroup, setup, task, teardown

START = datetime(2026, 1, 1, tzinfo=timezone.utc)

with DAG("one_pair", start_date=START, schedule=None, tags=["setup"]):

    @setup
    def make():
        return "made"

    @teardown(on_failure_fail_dagrun=True)
    def remove(name):
        print(name)

    @task
    def work():
        return 1

    made = make()
    with remove(made):
        work() >> work.override(task_id="more_work")()

with DAG("two_pairs", start_date=START, schedule=None, tags=["setup"]):
    begin, end = EmptyOperator(task_id="begin"), EmptyOperator(task_id="end")
    cluster, bucket = EmptyOperator(task_id="make_cluster"), EmptyOperator(task_id="make_bucket")
    no_cluster, no_bucket = EmptyOperator(task_id="drop_cluster"), EmptyOperator(task_id="drop_bucket")
    query, copy, alone = (EmptyOperator(task_id=name) for name in ("query", "copy", "alone"))
    begin >> cluster >> query >> copy >> no_cluster.as_teardown(setups=cluster) >> end
    bucket >> copy >> no_bucket.as_teardown(setups=bucket)
    query >> alone >> end

with DAG("nested_pairs", start_date=START, schedule=None, tags=["setup"]):
    outer_up, inner_up = EmptyOperator(task_id="outer_up").as_setup(), EmptyOperator(task_id="inner_up").as_setup()
    first, second, third = (EmptyOperator(task_id=name) for name in ("first", "second", "third"))
    outer_down = EmptyOperator(task_id="outer_down").as_teardown(setups=outer_up)
    inner_down = EmptyOperator(task_id="inner_down").as_teardown(setups=[inner_up], on_failure_fail_dagrun=False)
    outer_up >> first >> inner_up >> second >> inner_down >> third >> outer_down
    lonely_down = EmptyOperator(task_id="lonely_down").as_teardown()
    third >> lonely_down
    lonely_up = EmptyOperator(task_id="lonely_up").as_setup()
    lonely_up >> third

with DAG("pairs_in_groups", start_date=START, schedule=None, tags=["setup", "group"]):
    with TaskGroup("left") as left:
        up = EmptyOperator(task_id="up").as_setup()
        down = EmptyOperator(task_id="down").as_teardown(setups=up)
        up >> EmptyOperator(task_id="work") >> down
    with TaskGroup("right") as right:
        up = EmptyOperator(task_id="up").as_setup()
        down = EmptyOperator(task_id="down").as_teardown(setups=up)
        [up] >> EmptyOperator(task_id="work") >> EmptyOperator(task_id="more") >> down
    left >> right >> EmptyOperator(task_id="after")

with DAG("mapped_between", start_date=START, schedule=None, tags=["setup", "mapped"]):

    @setup
    def several():
        return [1, 2]

    @task
    def each(number):
        return number

    @teardown
    def away():
        pass

    numbers = several()
    each.expand(number=numbers) >> away().as_teardown(setups=numbers)
