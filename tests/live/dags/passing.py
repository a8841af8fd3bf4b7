"""DAGs whose tasks all succeed: a plain one, a paused one, a scheduled one, one of groups, one of parameters."""

import datetime

from either import DAG, EmptyOperator, Param, TaskGroup, setup, task, teardown

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def say(word: str) -> str:
    print("saying", word)
    return word


@setup
def open_shop() -> None:
    print("open")


@teardown
def close_shop() -> None:
    print("closed")


with DAG(
    "passes",
    description="Three tasks in a row, all of which succeed.",
    doc_md="# Passes\nThe plain case.",
    schedule=None,
    start_date=BIRTH,
    tags=["live", "plain"],
    default_args={"owner": "ada", "retries": 1, "retry_delay": datetime.timedelta(seconds=1)},
):
    say.override(task_id="a", priority_weight=2)("a") >> say.override(task_id="b", pool="default_pool")("b") >> EmptyOperator(task_id="c")

with DAG("paused", schedule=None, start_date=BIRTH, is_paused_upon_creation=True, tags=["live"]):
    EmptyOperator(task_id="only")

with DAG("nightly", schedule="0 3 * * *", start_date=BIRTH, catchup=False, tags=["live"], default_args={"owner": "grace"}):
    EmptyOperator(task_id="only")

with DAG("groups", schedule=None, start_date=BIRTH, tags=["live"]):
    first = EmptyOperator(task_id="first")
    with TaskGroup("shop", tooltip="Opens, sells, closes.") as shop:
        opened, closed = open_shop(), close_shop()
        with TaskGroup("counter"):
            sold = say.override(task_id="sell")("sold")
        opened >> sold >> closed.as_teardown(setups=opened)
    first >> shop >> EmptyOperator(task_id="last")

with DAG(
    "params",
    schedule=None,
    start_date=BIRTH,
    tags=["live"],
    params={
        "n": Param(3, type="integer", minimum=1, maximum=10),
        "colour": Param("red", enum=["red", "green"]),
        "note": Param(None, type=["null", "string"]),
    },
):
    say.override(task_id="echo")("{{ params.n }} {{ params.colour }}")

with DAG("hollow", schedule=None, start_date=BIRTH, tags=["live"]):
    # Nothing but empty tasks, which the scheduler ends by itself: for the shape alone, at no cost.
    start, work, more = (EmptyOperator(task_id=name) for name in ("start", "work", "more"))
    opened = EmptyOperator(task_id="opened").as_setup()
    closed = EmptyOperator(task_id="closed").as_teardown(setups=opened)
    start >> opened >> work >> more >> closed
    start >> EmptyOperator(task_id="aside")
    more >> EmptyOperator(task_id="end")
