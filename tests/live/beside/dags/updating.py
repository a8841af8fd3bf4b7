"""DAGs that update datasets and wait for them, by a clock of their own zone, and one with parameters that bind."""

import datetime

import pendulum
from airflow.datasets import Dataset
from either import DAG, EmptyOperator, Param

BIRTH = pendulum.datetime(2026, 1, 1, tz="Europe/Paris")
RAW, CLEAN = Dataset("s3://bucket/raw", extra={"team": "data"}), Dataset("file:///tmp/a b+c%20d.csv")

with DAG(
    "updates", schedule="30 1 * * *", start_date=BIRTH, catchup=False, tags=["data", "tést"], description="Daily."
):
    EmptyOperator(task_id="raw", outlets=[RAW]) >> EmptyOperator(task_id="clean", outlets=[CLEAN], retries=3)

with DAG("waits_for_both", schedule=[RAW, CLEAN], start_date=BIRTH, tags=["data"], max_active_tasks=2):
    EmptyOperator(task_id="use", doc_md="*Uses* it.")

with DAG("waits_for_either", schedule=(RAW | CLEAN), start_date=BIRTH):
    EmptyOperator(task_id="use", pool="lane", queue="elsewhere", email=["a@example.org"])

with DAG(
    "bound",
    schedule=datetime.timedelta(hours=6),
    start_date=BIRTH,
    catchup=False,
    dagrun_timeout=datetime.timedelta(hours=1),
    params={"mode": Param("slow", enum=["fast", "slow"]), "threshold": Param(5, type="integer", minimum=1)},
    doc_md="# Bound",
):
    EmptyOperator(task_id="one", execution_timeout=datetime.timedelta(minutes=5)) >> EmptyOperator(task_id="two")
