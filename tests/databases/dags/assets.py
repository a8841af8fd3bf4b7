"""DAGs that run when data changed, and the tasks that change it."""

from datetime import datetime, timezone

from vocabulary import (
    DAG,
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    BashOperator,
    CronTriggerTimetable,
    EmptyOperator,
    PartitionedAssetTimetable,
)

START = datetime(2026, 1, 1, tzinfo=timezone.utc)
ORDERS = Asset("s3://warehouse/orders", extra={"team": "sales"})
PRICES = Asset("s3://warehouse/prices")
CLIENTS = Asset("file:///data/clients.csv")

with DAG("writes_assets", start_date=START, schedule="@daily", catchup=False, tags=["asset"]):
    read = EmptyOperator(task_id="reads_clients", inlets=[CLIENTS])
    read >> BashOperator(task_id="writes_both", bash_command="true", outlets=[ORDERS, PRICES])


def after(name, schedule):
    with DAG(f"after_{name}", start_date=START, schedule=schedule, catchup=False, tags=["asset"]) as dag:
        EmptyOperator(task_id="only")
    globals()[dag.dag_id] = dag


after("one", [ORDERS])
after("all", [ORDERS, PRICES])
after("any", ORDERS | PRICES)
after("mixed", (ORDERS & PRICES) | CLIENTS)
after(
    "asset_or_time",
    AssetOrTimeSchedule(timetable=CronTriggerTimetable("0 5 * * *", timezone="Europe/Paris"), assets=[ORDERS, PRICES]),
)
if AssetAlias:
    with DAG("writes_alias", start_date=START, schedule=None, tags=["asset"]):
        EmptyOperator(task_id="writes", outlets=[AssetAlias("nightly")])
    after("alias", AssetAlias("nightly"))
if PartitionedAssetTimetable:
    after("partition", PartitionedAssetTimetable(assets=ORDERS))
