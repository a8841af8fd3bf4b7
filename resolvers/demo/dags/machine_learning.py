"""What learns: features, training, evaluation, and scores."""

from datetime import timedelta

from resolvers.demo.blueprint import DagPlan, GroupPlan, ParamPlan, Scene, Schedule, TaskPlan
from resolvers.demo.dags.ingestion import CLICKS, ORDERS
from resolvers.demo.operators import BASH, KUBERNETES, SPARK, SQL, TRIGGER

_OWNER = "machine-learning"

MACHINE_LEARNING = (
    DagPlan(
        dag_id="train_ranking_model",
        description="Trains the model that ranks search results, on a cluster of its own.",
        owner=_OWNER,
        tags=("ml", "training", "gpu"),
        schedule=Schedule(cron="0 1 * * 6", words="At 01:00, only on Saturday"),
        history=timedelta(weeks=20),
        asked=6,
        max_active_runs=3,
        doc_md="# Ranking\n\nThe cluster is made by a *setup* and removed by a *teardown*, whatever happens between.",
        params=(
            ParamPlan(
                name="learning_rate",
                default=0.001,
                description="How fast it learns.",
                schema={"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                given=(0.001, 0.003, 0.01),
            ),
            ParamPlan(
                name="epochs",
                default=20,
                description="How often it sees all data.",
                schema={"type": "integer", "minimum": 1, "maximum": 200},
            ),
            ParamPlan(
                name="variant",
                default="baseline",
                description="Which architecture.",
                schema={"type": "string", "enum": ["baseline", "wide", "deep"]},
                given=("baseline", "wide", "deep"),
            ),
        ),
        groups=(GroupPlan(group_id="cluster", tooltip="What is done on the cluster"),),
        tasks=(
            TaskPlan(task_id="cluster.create", operator=KUBERNETES, is_setup=True, seconds=180, fails=0.03, retries=1),
            TaskPlan(task_id="cluster.build_features", operator=SPARK, after="cluster.create", seconds=800),
            TaskPlan(
                task_id="cluster.train",
                operator=KUBERNETES,
                after="cluster.build_features",
                seconds=3600,
                lasts=1800,
                fails=0.12,
                retries=1,
                pool="gpu",
                queue="gpu",
            ),
            TaskPlan(
                task_id="cluster.remove",
                operator=KUBERNETES,
                after="cluster.create cluster.train",
                is_teardown=True,
                trigger_rule="all_done_setup_success",
                seconds=40,
            ),
            TaskPlan(task_id="register_model", after="cluster.train", seconds=12),
            TaskPlan(
                task_id="evaluate", operator=TRIGGER, after="register_model", seconds=3, triggers="evaluate_models"
            ),
        ),
        scenes=(
            Scene(
                age=timedelta(minutes=50),
                state="running",
                by="grace",
                conf={"variant": "deep", "epochs": 60},
                states={
                    "cluster.train": "running",
                    "cluster.remove": None,
                    "register_model": None,
                    "evaluate": None,
                },
            ),
            Scene(
                age=timedelta(minutes=35),
                state="running",
                by="grace",
                conf={"variant": "wide", "epochs": 60},
                note="Waits for the GPU that the deep variant has.",
                states={
                    "cluster.train": "queued",
                    "cluster.remove": None,
                    "register_model": None,
                    "evaluate": None,
                },
            ),
        ),
    ),
    DagPlan(
        dag_id="evaluate_models",
        description="Compares new models with those in production; triggered by their training.",
        owner=_OWNER,
        tags=("ml",),
        tasks=(
            TaskPlan(task_id="collect_models", seconds=10),
            TaskPlan(task_id="score_model", after="collect_models", over="collect_models", seconds=240),
            TaskPlan(task_id="pick_winner", after="score_model", seconds=5),
            TaskPlan(task_id="announce", operator=BASH, after="pick_winner", seconds=2),
        ),
        scenes=(
            Scene(age=timedelta(days=14, hours=2), run_type="operator_triggered", since=3),
            Scene(age=timedelta(days=7, hours=2), run_type="operator_triggered", since=3),
            Scene(age=timedelta(days=7, hours=1), by="ada", note="Once more, without the outlier."),
        ),
    ),
    DagPlan(
        dag_id="churn_features",
        description="A row of features per customer and day, made up for the past where it is missing.",
        owner=_OWNER,
        tags=("ml", "features", "backfill"),
        schedule=Schedule(cron="@daily", words="At 00:00"),
        history=timedelta(weeks=6),
        catchup=True,
        max_active_runs=4,
        tasks=(
            TaskPlan(task_id="orders_features", operator=SQL, seconds=120, pool="warehouse", fails=0.02, retries=1),
            TaskPlan(task_id="click_features", operator=SPARK, seconds=300, fails=0.04, retries=1),
            TaskPlan(task_id="join_features", operator=SQL, after="orders_features click_features", seconds=60),
            TaskPlan(task_id="check_drift", after="join_features", seconds=20, fails=0.06),
        ),
        scenes=tuple(
            Scene(
                age=timedelta(days=50 + day),
                run_type="backfill",
                by="ada",
                state="failed" if day == 3 else "success",
                states={
                    "click_features": "failed",
                    "join_features": "upstream_failed",
                    "check_drift": "upstream_failed",
                }
                if day == 3
                else {},
            )
            for day in range(6)
        ),
    ),
    DagPlan(
        dag_id="fraud_scores",
        description="Scores new orders as soon as they and the clicks before them are there.",
        owner=_OWNER,
        tags=("ml", "orders", "tier-1"),
        schedule=Schedule(assets=(ORDERS, CLICKS), words="Triggered by assets"),
        history=timedelta(weeks=2),
        tasks=(
            TaskPlan(task_id="load_model", seconds=6),
            TaskPlan(task_id="score", operator=SPARK, after="load_model", seconds=90, fails=0.04, retries=2),
            TaskPlan(task_id="hold_suspicious", operator=SQL, after="score", seconds=8),
            TaskPlan(task_id="measure", after="score", seconds=12, fails=0.05),
        ),
    ),
)
