"""What keeps the house clean: heartbeats, slow queries, vacuuming, and a migration that is on hold."""

from datetime import timedelta

from resolvers.demo.blueprint import DagPlan, Manner, Scene, Schedule, TaskPlan
from resolvers.demo.operators import BRANCH, EMPTY, SLACK, SQL

MAINTENANCE = (
    DagPlan(
        dag_id="platform_heartbeat",
        description="Looks every minute whether the platform is well.",
        owner="sre",
        tags=("maintenance", "tier-1"),
        schedule=Schedule(cron="* * * * *", words="Every minute"),
        history=timedelta(hours=6),
        max_active_runs=4,
        tasks=(
            TaskPlan(task_id="probe", over=("api", "database", "queue"), seconds=4, fails=0.01, retries=1),
            TaskPlan(task_id="report", after="probe", trigger_rule="all_done", seconds=2),
        ),
    ),
    DagPlan(
        dag_id="slow_query_watch",
        description="Finds the queries that keep others waiting, and tells whose they are.",
        owner="sre",
        tags=("maintenance", "warehouse"),
        schedule=Schedule(cron="*/10 * * * *", words="Every 10 minutes"),
        history=timedelta(days=2),
        max_active_runs=4,
        tasks=(
            TaskPlan(task_id="list_queries", operator=SQL, seconds=12, pool="warehouse", fails=0.04, retries=1),
            TaskPlan(task_id="any_slow", operator=BRANCH, manner=Manner.BRANCHES, after="list_queries", seconds=1),
            TaskPlan(task_id="tell_owners", operator=SLACK, after="any_slow", seconds=3),
            TaskPlan(task_id="all_quiet", operator=EMPTY, after="any_slow"),
        ),
    ),
    DagPlan(
        dag_id="warehouse_vacuum",
        description="Gives back the space of deleted rows.",
        tags=("maintenance", "warehouse"),
        schedule=Schedule(cron="0 4 * * 0", words="At 04:00, only on Sunday"),
        history=timedelta(weeks=26),
        max_active_runs=1,
        tasks=(
            TaskPlan(task_id="find_tables", operator=SQL, seconds=5),
            TaskPlan(
                task_id="vacuum",
                operator=SQL,
                after="find_tables",
                over="find_tables",
                seconds=400,
                fails=0.03,
                pool="warehouse",
                pool_slots=2,
            ),
            TaskPlan(task_id="analyze", operator=SQL, after="vacuum", seconds=60, trigger_rule="all_done"),
        ),
    ),
    DagPlan(
        dag_id="warehouse_migration",
        description="Moves the warehouse to the new cluster. On hold: resume it and see it go on.",
        owner="data-platform, sre",
        tags=("maintenance", "warehouse", "on-hold"),
        is_paused=True,
        max_active_runs=1,
        history=timedelta(weeks=3),
        tasks=(
            TaskPlan(task_id="freeze_writes", operator=SQL, seconds=4),
            TaskPlan(task_id="copy_orders", after="freeze_writes", seconds=240, pool="warehouse"),
            TaskPlan(task_id="copy_customers", after="freeze_writes", seconds=150, pool="warehouse", retries=3),
            TaskPlan(task_id="copy_events", after="freeze_writes", seconds=300, pool="warehouse", retries=1),
            TaskPlan(
                task_id="await_replicas",
                after="freeze_writes",
                manner=Manner.RESCHEDULES,
                waits=20,
                seconds=2,
            ),
            TaskPlan(
                task_id="compare",
                operator=SQL,
                after="copy_orders copy_customers copy_events await_replicas",
                seconds=90,
            ),
            TaskPlan(task_id="switch", operator=SQL, after="compare", seconds=5),
        ),
        scenes=(
            Scene(
                age=timedelta(days=12),
                state="failed",
                by="otto",
                note="The disk of the new cluster was full.",
                states={
                    "copy_events": "failed",
                    "compare": "upstream_failed",
                    "switch": "upstream_failed",
                },
            ),
            Scene(
                age=timedelta(hours=3),
                state="running",
                by="otto",
                note="Paused until the replicas have caught up.",
                states={
                    "copy_orders": "scheduled",
                    "copy_customers": "up_for_retry",
                    "copy_events": "restarting",
                    "await_replicas": "up_for_reschedule",
                    "compare": None,
                    "switch": None,
                },
            ),
            Scene(
                age=timedelta(hours=1),
                state="queued",
                by="ada",
                note="To be run again right after.",
                states=dict.fromkeys(
                    (
                        "freeze_writes",
                        "copy_orders",
                        "copy_customers",
                        "copy_events",
                        "await_replicas",
                        "compare",
                        "switch",
                    )
                ),
            ),
        ),
    ),
)
