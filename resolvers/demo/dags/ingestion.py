"""What brings data in: orders, customers, stock, clicks, and the files that partners send."""

from datetime import timedelta

from resolvers.demo.blueprint import DagPlan, GroupPlan, Manner, Scene, Schedule, TaskPlan
from resolvers.demo.operators import BASH, BRANCH, EMPTY, FILE_SENSOR, PYTHON_SENSOR, SPARK, SQL

ORDERS = "s3://lake/orders"
PRICES = "s3://lake/prices"
CLICKS = "s3://lake/clicks"

INGESTION = (
    DagPlan(
        dag_id="orders_etl",
        description="Brings the shop's orders into the warehouse, every hour.",
        tags=("etl", "orders", "tier-1"),
        schedule=Schedule(cron="@hourly", words="Every hour"),
        history=timedelta(weeks=3),
        asked=4,
        max_active_runs=2,
        doc_md=(
            "# Orders\n\nReads the orders of the last hour from the shop, cleans them, and loads them.\n\n"
            "* **Late data** is taken along by the next run.\n* Downstream: `revenue_dashboard`, `fraud_scores`."
        ),
        groups=(GroupPlan(group_id="transform", tooltip="Clean, enrich, and bring into one currency"),),
        tasks=(
            TaskPlan(task_id="extract_orders", seconds=95, fails=0.05, retries=2),
            TaskPlan(task_id="transform.validate", after="extract_orders", seconds=40, fails=0.01),
            TaskPlan(task_id="transform.enrich", after="transform.validate", seconds=75),
            TaskPlan(task_id="transform.convert_currency", after="transform.validate", seconds=20),
            TaskPlan(
                task_id="load_orders",
                operator=SQL,
                after="transform.enrich transform.convert_currency",
                seconds=110,
                fails=0.03,
                retries=1,
                pool="warehouse",
                outlets=(ORDERS,),
                doc="Swaps the hour's partition, so that loading twice changes nothing.",
            ),
            TaskPlan(task_id="check_quality", operator=SQL, after="load_orders", seconds=30, fails=0.05),
        ),
        scenes=(
            Scene(
                age=timedelta(days=20, hours=7, minutes=13),
                states={"legacy_audit": "removed"},
                by="grace",
                note="The last run with the old audit step.",
            ),
            Scene(
                age=timedelta(days=2, hours=3, minutes=20),
                run_type="asset_materialization",
                by="ada",
                since=3,
                note="Orders of the flash sale, wanted at once.",
            ),
        ),
    ),
    DagPlan(
        dag_id="customers_etl",
        description="Customers from the CRM: everything on Sundays, what changed on other days.",
        tags=("etl", "customers", "pii"),
        schedule=Schedule(cron="30 2 * * *", words="At 02:30"),
        history=timedelta(weeks=8),
        asked=3,
        tasks=(
            TaskPlan(task_id="choose_mode", operator=BRANCH, manner=Manner.BRANCHES, seconds=3),
            TaskPlan(task_id="full_load", after="choose_mode", seconds=900, fails=0.05, retries=1, pool="crm_api"),
            TaskPlan(
                task_id="incremental_load", after="choose_mode", seconds=120, fails=0.08, retries=3, pool="crm_api"
            ),
            TaskPlan(
                task_id="merge",
                operator=SQL,
                after="full_load incremental_load",
                trigger_rule="none_failed_min_one_success",
                seconds=80,
                pool="warehouse",
            ),
            TaskPlan(task_id="mask_personal_data", operator=SQL, after="merge", seconds=45),
            TaskPlan(
                task_id="tell_on_call",
                operator=BASH,
                after="full_load incremental_load merge",
                trigger_rule="one_failed",
                seconds=2,
            ),
        ),
        scenes=(
            Scene(
                age=timedelta(hours=3, minutes=10),
                state="failed",
                by="otto",
                note="The CRM answers 503 since its update; they are looking into it.",
                states={
                    "full_load": "skipped",
                    "incremental_load": "failed",
                    "merge": "upstream_failed",
                    "mask_personal_data": "upstream_failed",
                },
                task_notes={"incremental_load": "503 Service Unavailable, four times in a row."},
            ),
        ),
    ),
    DagPlan(
        dag_id="inventory_sync",
        description="Reconciles the stock of every warehouse with the shop.",
        tags=("etl", "inventory"),
        schedule=Schedule(cron="*/30 * * * *", words="Every 30 minutes"),
        history=timedelta(days=4),
        groups=(
            GroupPlan(
                group_id="per_warehouse",
                tooltip="Once for each warehouse",
                over=("berlin", "lyon", "milan", "porto", "warsaw"),
            ),
        ),
        tasks=(
            TaskPlan(task_id="lock_stock", operator=SQL, is_setup=True, seconds=3),
            TaskPlan(task_id="per_warehouse.count", after="lock_stock", seconds=35, fails=0.02, retries=2),
            TaskPlan(task_id="per_warehouse.reconcile", after="per_warehouse.count", seconds=25),
            TaskPlan(
                task_id="unlock_stock",
                operator=SQL,
                after="lock_stock per_warehouse.reconcile",
                is_teardown=True,
                trigger_rule="all_done_setup_success",
                seconds=2,
            ),
        ),
    ),
    DagPlan(
        dag_id="product_catalog_import",
        description="Imports the catalogue files that suppliers dropped, as many as there are.",
        tags=("etl", "catalog"),
        schedule=Schedule(cron="0 */6 * * *", words="At 0 minutes past the hour, every 6 hours"),
        history=timedelta(weeks=3),
        asked=5,
        tasks=(
            TaskPlan(task_id="list_files", seconds=8),
            TaskPlan(task_id="parse_file", after="list_files", over="list_files", seconds=50, fails=0.04, retries=1),
            TaskPlan(task_id="merge_products", operator=SQL, after="parse_file", seconds=70, pool="warehouse"),
            TaskPlan(task_id="publish_prices", after="merge_products", seconds=15, outlets=(PRICES,), operator=BASH),
        ),
    ),
    DagPlan(
        dag_id="clickstream_compaction",
        description="Compacts the small files of the click stream; two months of history.",
        tags=("etl", "clicks", "spark"),
        owner="streaming",
        schedule=Schedule(cron="15 */2 * * *", words="At 15 minutes past the hour, every 2 hours"),
        history=timedelta(days=62),
        tasks=(
            TaskPlan(task_id="wait_for_hour", operator=PYTHON_SENSOR, seconds=2),
            TaskPlan(task_id="compact", operator=SPARK, after="wait_for_hour", seconds=600, fails=0.03, retries=2),
            TaskPlan(task_id="register", after="compact", seconds=10, outlets=(CLICKS,), operator=SQL),
        ),
    ),
    DagPlan(
        dag_id="partner_files",
        description="Waits for the files of two partners, then settles accounts with them.",
        owner="partners, data-platform",
        tags=("etl", "partners", "sensor"),
        schedule=Schedule(cron="0 5 * * *", zone="Europe/Berlin", words="At 05:00"),
        history=timedelta(weeks=4),
        tasks=(
            TaskPlan(
                task_id="wait_for_acme",
                operator=FILE_SENSOR,
                manner=Manner.DEFERS,
                waits=3000,
                seconds=4,
                pool="partners",
                fails=0.12,
            ),
            TaskPlan(
                task_id="wait_for_globex",
                operator=PYTHON_SENSOR,
                manner=Manner.RESCHEDULES,
                waits=2400,
                seconds=3,
                pool="partners",
            ),
            TaskPlan(task_id="parse", after="wait_for_acme wait_for_globex", seconds=100),
            TaskPlan(task_id="settle", operator=SQL, after="parse", seconds=60, pool="warehouse", retries=1),
            TaskPlan(task_id="done", operator=EMPTY, after="settle"),
        ),
        scenes=(
            Scene(
                age=timedelta(minutes=22),
                state="running",
                by="otto",
                note="ACME sends again: the first file was cut off.",
                states={
                    "wait_for_acme": "deferred",
                    "wait_for_globex": "up_for_reschedule",
                    "parse": None,
                    "settle": None,
                    "done": None,
                },
            ),
        ),
    ),
)
