"""What a DAG or a task can be told: retries, owners, pools, weights, dates, limits, parameters, documentation."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from vocabulary import DAG, BashOperator, EmptyOperator, Param, PythonOperator, chain, task

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def told(dag_run=None, **_):
    print(dag_run)


def look_away(*_):
    """Called back when something went wrong, or right."""


with DAG(
    "stubborn",
    start_date=START,
    schedule=timedelta(hours=6),
    catchup=False,
    default_args={
        "owner": "data, platform",
        "retries": 3,
        "retry_delay": timedelta(minutes=2),
        "queue": "slow",
        "depends_on_past": True,
        "email": ["one@example.org", "two@example.org"],
    },
    tags=["attribute"],
):
    as_told = BashOperator(task_id="as_told", bash_command="echo {{ ds }}", env={"A": "b"})
    own_mind = PythonOperator(
        task_id="own_mind",
        python_callable=told,
        owner="someone",
        retries=0,
        retry_delay=timedelta(seconds=90),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(hours=1),
        execution_timeout=timedelta(minutes=10),
        depends_on_past=False,
        wait_for_downstream=True,
        queue="quick",
        op_kwargs={"size": 3},
    )
    as_told >> own_mind

with DAG(
    "described",
    start_date=START,
    end_date=datetime(2027, 6, 30, tzinfo=timezone.utc),
    schedule="15 4 * * 1-5",
    catchup=True,
    description="Says everything about itself.",
    doc_md="# Described\n\nA *DAG* with `words`, \u00fc and \u4e2d, and a <b>tag</b>.",
    dag_display_name="Described, at length \u2713",
    max_active_runs=4,
    max_active_tasks=7,
    max_consecutive_failed_dag_runs=5,
    dagrun_timeout=timedelta(hours=2, minutes=30),
    owner_links={"data": "https://example.org/data", "someone": "mailto:someone@example.org"},
    on_failure_callback=look_away,
    on_success_callback=look_away,
    render_template_as_native_obj=True,
    is_paused_upon_creation=True,
    tags=["attribute", "long words", "\u00e9t\u00e9"],
):
    shown = BashOperator(
        task_id="shown",
        task_display_name="Shown under another name",
        bash_command="echo shown",
        owner="data",
        doc_md="What the task *does*.",
        on_failure_callback=look_away,
        do_xcom_push=False,
        executor_config={"pod_override": "none", "cpu": 2},
        map_index_template="{{ task.task_id }}",
    )
    other_words = EmptyOperator(task_id="other_words", owner="someone", doc="plain", run_as_user="nobody")
    shown >> other_words

with DAG("weights_down", start_date=START, schedule=None, tags=["attribute"]):
    light, heavy, side, end = (
        EmptyOperator(task_id=name, priority_weight=weight)
        for name, weight in (("light", 1), ("heavy", 5), ("side", 2), ("end", 10))
    )
    light >> heavy >> end
    light >> side >> end

with DAG("weights_up", start_date=START, schedule=None, default_args={"weight_rule": "upstream"}, tags=["attribute"]):
    chain(*(EmptyOperator(task_id=f"step_{number}", priority_weight=number) for number in (1, 2, 3, 4)))

with DAG("weights_mixed", start_date=START, schedule=None, tags=["attribute"]):
    parts = [
        EmptyOperator(task_id=f"{rule}_{number}", priority_weight=3, weight_rule=rule)
        for number in (1, 2)
        for rule in ("downstream", "upstream", "absolute")
    ]
    chain(*parts)

with DAG("slots", start_date=START, schedule=None, tags=["attribute"]):
    chain(
        EmptyOperator(task_id="one_slot", pool="narrow"),
        BashOperator(task_id="three_slots", bash_command="true", pool="narrow", pool_slots=3),
        EmptyOperator(task_id="limited", max_active_tis_per_dag=2, max_active_tis_per_dagrun=1),
    )

with DAG(
    "own_dates",
    start_date=datetime(2026, 1, 1, tzinfo=ZoneInfo("Europe/Paris")),
    end_date=datetime(2026, 12, 31, tzinfo=timezone.utc),
    schedule="@weekly",
    catchup=False,
    tags=["attribute"],
):
    chain(
        EmptyOperator(task_id="of_the_dag"),
        EmptyOperator(task_id="later", start_date=datetime(2026, 3, 1, 12, 30, tzinfo=timezone.utc)),
        EmptyOperator(task_id="earlier", start_date=datetime(2025, 3, 1, tzinfo=timezone.utc)),
        EmptyOperator(task_id="until_may", end_date=datetime(2026, 5, 1, tzinfo=timezone.utc)),
        EmptyOperator(
            task_id="elsewhere",
            start_date=datetime(2026, 4, 1, tzinfo=ZoneInfo("America/New_York")),
            end_date=datetime(2027, 4, 1, tzinfo=timezone.utc),
        ),
    )

with DAG("dated_tasks", schedule=None, tags=["attribute"]):
    EmptyOperator(task_id="has_a_start", start_date=START) >> EmptyOperator(task_id="has_none")

with DAG(
    "parameters",
    start_date=START,
    schedule=None,
    params={
        "plain": 3,
        "words": "some",
        "nothing": None,
        "nested": {"a": [1, 2, {"b": True}]},
        "number": Param(5, type="integer", minimum=1, maximum=10, description="From one to ten."),
        "choice": Param("red", type="string", enum=["red", "green"], title="Colour"),
        "optional": Param(None, type=["null", "string"], minLength=3),
        "required": Param(type="string", pattern="^[a-z]+$"),
        "day": Param("2026-01-01", type="string", format="date"),
        "moment": Param("2026-01-01T00:00:00+00:00", type="string", format="date-time"),
        "list": Param(["a"], type="array", items={"type": "string"}, uniqueItems=True),
        "record": Param({"x": 1}, type="object", required=["x"], additionalProperties=False, properties={"x": {}}),
    },
    tags=["attribute"],
):
    BashOperator(task_id="says", bash_command="echo {{ params.words }}", params={"own": Param(1, type="integer")})

with DAG("decorated", start_date=START, schedule=None, tags=["attribute"]):

    @task
    def extract(size: int = 3):
        return list(range(size))

    @task.bash(retries=2)
    def shout():
        return "echo loud"

    @task(multiple_outputs=True, task_id="split_up", retries=1, doc_md="Splits.")
    def split(numbers):
        return {"low": numbers[:1], "high": numbers[1:]}

    @task(owner="someone", trigger_rule="all_done")
    def load(low, high):
        """Put both where they belong."""

    parted = split(extract())
    load(parted["low"], parted["high"]) >> shout()
