"""What the clock carries out: runs that are triggered or due, retries, waits, and what is cleared."""

import logging
import sqlite3
import time
from contextlib import closing
from datetime import timedelta

import pytest

from resolvers.demo.clock import DemoClock
from resolvers.demo.dags import CATALOG
from resolvers.demo.fate import Try
from resolvers.operations.assets import create_asset_event
from resolvers.operations.clear import clear_run, clear_task_instances
from resolvers.operations.dags import reparse, set_paused
from resolvers.operations.task_state import set_task_instance_state
from tests.resolvers.demo.conftest import Demo

FINISHED = {"success", "failed"}
# These wait for what takes its time in the demo too: a partner, a signature, the one GPU.
PATIENT = {"partner_files", "finance_month_close", "train_ranking_model"}
QUICK = [
    plan.dag_id
    for plan in CATALOG.values()
    if not (plan.is_stale or plan.import_error or plan.is_paused or plan.dag_id in PATIENT)
]


@pytest.mark.slow
@pytest.mark.parametrize("dag_id", QUICK)
def test_a_triggered_run_is_carried_out_within_a_minute(demo: Demo, dag_id: str) -> None:
    run_id = demo.trigger(dag_id)

    assert demo.finish(dag_id, run_id) <= 60
    assert demo.run_state(dag_id, run_id) == "success"
    assert set(demo.task_states(dag_id, run_id).values()) <= {"success", "skipped"}


def test_what_has_run_says_where_and_when(demo: Demo) -> None:
    run_id = demo.trigger("customer_export")
    demo.finish("customer_export", run_id)

    columns = "hostname start_date end_date duration try_number pid queued_dttm rendered_map_index map_index"
    rows = demo.rows("task_instance", columns, dag_id="customer_export", run_id=run_id)
    assert len(rows) == 7
    assert all(row["hostname"].startswith("demo-worker") and row["pid"] for row in rows)
    assert all(row["queued_dttm"] <= row["start_date"] < row["end_date"] for row in rows)
    assert all(row["duration"] == (row["end_date"] - row["start_date"]).total_seconds() for row in rows)
    labels = {row["rendered_map_index"] for row in rows if row["map_index"] >= 0}
    assert labels == {"orders", "payments", "tickets", "newsletter"}


def test_a_task_that_fails_is_tried_again_and_its_try_kept(demo: Demo) -> None:
    task = CATALOG["inventory_sync"].by_id["per_warehouse.count"]
    unlucky = next(
        run_id
        for run_id in (f"by-hand-{number}" for number in range(10_000))
        if not Try("inventory_sync", run_id, task, 3, 1).succeeds()
        and all(Try("inventory_sync", run_id, task, index, 1 + (index == 3)).succeeds() for index in range(5))
    )
    demo.trigger("inventory_sync", unlucky)
    demo.finish("inventory_sync", unlucky)

    named = {"dag_id": "inventory_sync", "run_id": unlucky, "task_id": task.task_id}
    tries = demo.rows("task_try", "map_index try_number state end_date", **named)
    assert [(kept["map_index"], kept["try_number"], kept["state"]) for kept in tries] == [(3, 1, "failed")]
    (now,) = demo.rows("task_instance", "try_number state start_date", **named, map_index=3)
    assert (now["try_number"], now["state"]) == (2, "success")
    assert now["start_date"] > tries[0]["end_date"]


def test_a_task_without_a_try_left_fails_the_run_and_what_follows(demo: Demo) -> None:
    task = CATALOG["customer_export"].by_id["check_identity"]
    unlucky = next(
        run_id
        for run_id in (f"by-hand-{number}" for number in range(10_000))
        if not Try("customer_export", run_id, task, -1, 1).succeeds()
    )
    demo.trigger("customer_export", unlucky)
    demo.finish("customer_export", unlucky)

    assert demo.run_state("customer_export", unlucky) == "failed"
    states = demo.task_states("customer_export", unlucky)
    assert states.pop(("check_identity", -1)) == "failed"
    assert set(states.values()) == {"upstream_failed"}


def test_a_mapped_task_gets_as_many_instances_as_there_are_values(demo: Demo) -> None:
    run_id = demo.trigger("product_catalog_import")
    assert ("parse_file", -1) in demo.task_states("product_catalog_import", run_id)

    demo.finish("product_catalog_import", run_id)

    states = demo.task_states("product_catalog_import", run_id)
    indexes = sorted(index for task_id, index in states if task_id == "parse_file")
    assert len(indexes) >= 2
    assert indexes == list(range(len(indexes)))


def test_a_branch_goes_one_way_and_skips_the_other(demo: Demo) -> None:
    run_id = demo.trigger("slow_query_watch")
    demo.finish("slow_query_watch", run_id)

    states = demo.task_states("slow_query_watch", run_id)
    assert {states["tell_owners", -1], states["all_quiet", -1]} == {"success", "skipped"}


def test_a_paused_dag_stands_still_and_goes_on_when_it_is_resumed(demo: Demo) -> None:
    running, queued = (demo.a_run("warehouse_migration", state) for state in ("running", "queued"))
    frozen = demo.task_states("warehouse_migration", running)
    assert {"scheduled", "up_for_retry", "restarting", "up_for_reschedule", None} <= set(frozen.values())

    demo.pass_seconds(30)
    assert demo.task_states("warehouse_migration", running) == frozen
    assert demo.run_state("warehouse_migration", queued) == "queued"

    with demo.service.session(demo.actor()) as session:
        session.run(set_paused, dag_id="warehouse_migration", is_paused=False)
    demo.finish("warehouse_migration", running)
    assert demo.run_state("warehouse_migration", running) == "success"
    # One run at a time: only now comes the other one's turn.
    demo.finish("warehouse_migration", queued)
    assert demo.run_state("warehouse_migration", queued) == "success"


def test_what_failed_and_is_cleared_runs_again(demo: Demo) -> None:
    run_id = demo.a_run("sales_report", "failed")
    with demo.service.session(demo.actor()) as session:
        session.run(
            clear_task_instances,
            dag_id="sales_report",
            run_id=run_id,
            only_failed=True,
            include_downstream=True,
            reset_dag_runs=True,
            dry_run=False,
        )
    assert demo.run_state("sales_report", run_id) == "queued"

    demo.catch_up()
    demo.finish("sales_report", run_id)

    assert demo.run_state("sales_report", run_id) == "success"
    (row,) = demo.rows("task_instance", "try_number", dag_id="sales_report", run_id=run_id, task_id="render_pdf")
    tries = demo.rows("task_try", "try_number", dag_id="sales_report", run_id=run_id, task_id="render_pdf")
    assert row["try_number"] == 2
    assert [one["try_number"] for one in tries] == [1]


def test_a_running_task_that_is_cleared_restarts(demo: Demo) -> None:
    demo.pass_seconds(1)
    run_id = next(
        row["run_id"] for row in demo.rows("task_instance", "run_id", dag_id="train_ranking_model", state="running")
    )
    with demo.service.session(demo.actor()) as session:
        session.run(clear_run, dag_id="train_ranking_model", run_id=run_id, only_failed=False, dry_run=False)
    assert demo.task_states("train_ranking_model", run_id)["cluster.train", -1] == "restarting"

    demo.catch_up()
    demo.pass_seconds(60)
    states = demo.task_states("train_ranking_model", run_id)
    assert states["cluster.build_features", -1] == "success"
    assert states["cluster.train", -1] in {"queued", "running", "scheduled"}


def test_only_one_task_has_the_gpu_and_the_other_waits(demo: Demo) -> None:
    demo.pass_seconds(20)

    states = [row["state"] for row in demo.rows("task_instance", "state", pool="gpu")]
    assert sorted(state for state in states if state not in FINISHED) == ["queued", "running"]


def test_those_who_wait_are_woken_in_the_end(demo: Demo) -> None:
    run_id = demo.a_run("partner_files", "running")
    states = demo.task_states("partner_files", run_id)
    assert (states["wait_for_acme", -1], states["wait_for_globex", -1]) == ("deferred", "up_for_reschedule")

    demo.pass_seconds(60)
    assert demo.task_states("partner_files", run_id)["wait_for_acme", -1] == "deferred"
    demo.now += timedelta(hours=1)
    demo.finish("partner_files", run_id)

    states = demo.task_states("partner_files", run_id)
    assert states["wait_for_globex", -1] == "success"
    assert demo.run_state("partner_files", run_id) in FINISHED


def test_a_run_goes_on_when_somebody_signs(demo: Demo) -> None:
    run_id = demo.a_run("finance_month_close", "running")
    demo.pass_seconds(10)
    waiting = {2: "deferred", 3: "awaiting_input"}[demo.built.airflow]
    assert demo.task_states("finance_month_close", run_id)["approve_figures", -1] == waiting

    with demo.service.session(demo.actor()) as session:
        session.run(
            set_task_instance_state,
            dag_id="finance_month_close",
            run_id=run_id,
            task_id="approve_figures",
            state="success",
        )
    demo.catch_up()
    demo.finish("finance_month_close", run_id)

    assert demo.run_state("finance_month_close", run_id) == "success"
    assert demo.task_states("finance_month_close", run_id)["publish_statements", -1] == "success"


def test_a_cleared_task_that_the_dag_has_lost_is_removed_again(demo: Demo) -> None:
    (lost,) = demo.rows("task_instance", "run_id", dag_id="orders_etl", task_id="legacy_audit")
    run_id = lost["run_id"]
    with demo.service.session(demo.actor()) as session:
        session.run(clear_run, dag_id="orders_etl", run_id=run_id, only_failed=False, dry_run=False)
    demo.catch_up()
    demo.finish("orders_etl", run_id)

    assert demo.task_states("orders_etl", run_id)["legacy_audit", -1] == "removed"
    assert demo.run_state("orders_etl", run_id) in FINISHED


def test_runs_come_when_they_are_due(demo: Demo) -> None:
    before = {row["run_id"] for row in demo.rows("dag_run", "run_id", dag_id="platform_heartbeat")}
    demo.pass_seconds(130)
    made = demo.rows("dag_run", "run_id state run_type", dag_id="platform_heartbeat")

    new = [row for row in made if row["run_id"] not in before]
    assert len(new) == 2
    assert {row["run_type"] for row in new} == {"scheduled"}
    assert all(demo.task_states("platform_heartbeat", row["run_id"]) for row in new)
    (dag,) = demo.rows("dag", "next_run_after", dag_id="platform_heartbeat")
    assert dag["next_run_after"] > demo.now


def test_written_assets_trigger_the_dags_that_wait_for_them(demo: Demo) -> None:
    before = {row["run_id"] for row in demo.rows("dag_run", "run_id", dag_id="revenue_dashboard")}
    demo.trigger("orders_etl")
    demo.trigger("product_catalog_import")
    demo.pass_seconds(80)

    after = demo.rows("dag_run", "run_id run_type", dag_id="revenue_dashboard")
    new = [row for row in after if row["run_id"] not in before]
    assert new
    assert {row["run_type"] for row in new} == {"asset_triggered"}


def test_a_request_to_parse_a_file_is_answered(demo: Demo) -> None:
    with demo.service.session(demo.actor()) as session:
        session.run(reparse, dag_id="orders_etl")
    assert len(demo.rows("parsing_request", "id")) == 1

    demo.pass_seconds(1)

    assert demo.rows("parsing_request", "id") == []
    (dag,) = demo.rows("dag", "last_parsed_time", dag_id="orders_etl")
    assert dag["last_parsed_time"] == demo.now


def test_no_state_is_lost_while_the_demo_runs(demo: Demo) -> None:
    demo.pass_seconds(90)

    states = {row["state"] for row in demo.rows("task_instance", "state")}
    assert {"queued", "running", "deferred", "scheduled", "restarting", "up_for_retry", "up_for_reschedule"} <= states


@pytest.mark.slow
def test_the_clock_lives_through_a_locked_database(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("AIRFLOW_GRAPH_LOCK_TIMEOUT", "0.1")
    caplog.set_level(logging.INFO, "airflow_graph.demo")
    clock = DemoClock(demo.url, seconds=0.05)
    with closing(sqlite3.connect(demo.built.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        clock.start()
        time.sleep(0.5)
        other.execute("ROLLBACK")
    run_id = demo.trigger("platform_heartbeat")
    try:
        deadline = time.monotonic() + 30
        while demo.run_state("platform_heartbeat", run_id) == "queued" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert demo.run_state("platform_heartbeat", run_id) in {"running", *FINISHED}
    finally:
        clock.stop()
    assert any("left out a turn" in record.message for record in caplog.records)
    assert all(record.levelno < logging.ERROR for record in caplog.records)


def test_a_sensor_that_is_cleared_waits_anew(demo: Demo) -> None:
    run_id = max(row["run_id"] for row in demo.rows("dag_run", "run_id", dag_id="partner_files", run_type="scheduled"))
    with demo.service.session(demo.actor()) as session:
        session.run(clear_run, dag_id="partner_files", run_id=run_id, only_failed=False, dry_run=False)
    demo.catch_up()
    cleared = demo.now

    demo.pass_seconds(30)

    states = demo.task_states("partner_files", run_id)
    assert states["wait_for_acme", -1] == "deferred"
    rows = demo.rows("task_instance", "task_id start_date try_number", dag_id="partner_files", run_id=run_id)
    sensors = [row for row in rows if row["task_id"].startswith("wait_for")]
    assert all(row["start_date"] > cleared and row["try_number"] == 2 for row in sensors)


def test_an_update_that_somebody_tells_of_runs_the_dag_that_waits_for_it(demo: Demo) -> None:
    numbers = {row["uri"]: row["id"] for row in demo.rows("asset", "id uri")}
    before = {row["run_id"] for row in demo.rows("dag_run", "run_id", dag_id="revenue_dashboard")}
    with demo.service.session(demo.actor()) as session:
        told = [
            session.run(create_asset_event, asset_id=numbers[uri]).id
            for uri in ("s3://lake/orders", "s3://lake/prices")
        ]
    demo.catch_up()
    demo.pass_seconds(3)

    after = demo.rows("dag_run", "id run_id run_type", dag_id="revenue_dashboard")
    [made] = [row for row in after if row["run_id"] not in before]
    assert made["run_type"] == "asset_triggered"
    used = {row["event_id"] for row in demo.rows("consumed_asset_event", "event_id", dag_run_id=made["id"])}
    assert set(told) <= used
    assert demo.rows("queued_asset_event", "asset_id", dag_id="revenue_dashboard") == []
