"""What is not triggered: refused with its reason, and nothing left but the audit row."""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text

from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Forbidden, Invalid, NotFound, Problem, Unsupported
from resolvers.metadata.engine import write_transaction
from resolvers.settings import Role
from tests.resolvers.operations.triggering import LATER, refused, trigger
from tests.world import DAY, World


def test_a_dag_that_is_not_there_is_refused(world: World) -> None:
    assert refused(world, NotFound, "No DAG named 'etl'", dag_id="etl").field == "dagId"


def test_a_dag_that_no_file_has_any_more_is_refused(world: World) -> None:
    world.dag("etl", is_stale=True)
    refused(world, NotFound, "'etl' is in no DAG file any more", dag_id="etl")


def test_a_dag_with_import_errors_is_refused(world: World) -> None:
    world.dag("etl", has_import_errors=True)
    refused(world, Invalid, "it has import errors", dag_id="etl")


def test_a_dag_that_was_never_serialized_is_refused(world: World) -> None:
    world.dag("etl")
    with write_transaction(world.service.engine) as connection:
        connection.execute(text("DELETE FROM serialized_dag"))
    refused(world, NotFound, "has not been serialized", dag_id="etl")


def test_a_dag_that_allows_no_manual_runs_is_refused(three: World) -> None:
    three.dag("etl", allowed_run_types=["scheduled", "backfill"])
    problem = refused(three, Invalid, "does not allow manual runs", dag_id="etl")
    assert "scheduled, backfill" in str(problem.hint)


def test_a_dag_that_allows_manual_runs_is_triggered(three: World) -> None:
    three.dag("etl", allowed_run_types=["manual"])
    assert trigger(three, dag_id="etl").dag_id == "etl"


def test_an_id_that_airflow_would_not_take_is_refused(etl: World) -> None:
    for run_id, match in (
        ("scheduled__2026-03-01T00:00:00+00:00", "reserved"),
        ("backfill__x", "reserved"),
        ("a b", "does not match"),
        ("etl/../../passwd", "does not match"),
        ("'; DROP TABLE dag_run; --", "does not match"),
        ("läuft", "does not match"),
        ("x" * 251, "251 characters"),
        ("x" * 10_000, "10,000 characters"),
    ):
        assert refused(etl, Invalid, match, dag_id="etl", run_id=run_id).field == "runId"


def test_an_id_that_no_database_could_hold_is_refused_and_audited(etl: World) -> None:
    for run_id in ("a\0b", "\ud800"):
        refused(etl, Invalid, "does not match|cannot: a NUL", dag_id="etl", run_id=run_id)
        refused(etl, Problem, "No DAG named|cannot: a NUL", dag_id=run_id)


def test_the_prefix_of_the_other_generation_is_taken(etl: World) -> None:
    old, new = "dataset_triggered__x", "asset_triggered__x"
    ours, other = (old, new) if etl.generation.number == 2 else (new, old)
    refused(etl, Invalid, "reserved", dag_id="etl", run_id=ours)
    assert trigger(etl, dag_id="etl", run_id=other).run_id == other


def test_two_dots_in_an_id_are_refused_by_airflow_3_unless_it_allows_them(three: World, two: World) -> None:
    two.dag("etl")
    assert trigger(two, dag_id="etl", run_id="a..b").run_id == "a..b"
    three.dag("etl")
    refused(three, Invalid, r"holds '\.\.'", dag_id="etl", run_id="a..b")
    three.service = replace(
        three.service, config=AirflowConfig.discover(environ={"AIRFLOW__CORE__ALLOW_DOUBLE_DOT_IN_IDS": "True"})
    )
    assert trigger(three, dag_id="etl", run_id="a..b").run_id == "a..b"


def test_airflows_own_pattern_of_ids_holds_here_too(etl: World) -> None:
    environ = {"AIRFLOW__SCHEDULER__ALLOWED_RUN_ID_PATTERN": r"^job-\d+$"}
    etl.service = replace(etl.service, config=AirflowConfig.discover(environ=environ))
    refused(etl, Invalid, r"which is '\^job-\\d\+\$'", dag_id="etl", run_id="mine")
    assert trigger(etl, dag_id="etl", run_id="job-7", logical_date=DAY).run_id == "job-7"
    built_in = "manual__2026-03-01T00:00:00+00:00"
    assert trigger(etl, dag_id="etl", run_id=built_in, logical_date=LATER).run_id == built_in


def test_half_a_data_interval_is_refused(etl: World) -> None:
    for told, missing in {
        "data_interval_start": "dataIntervalEnd",
        "data_interval_end": "dataIntervalStart",
    }.items():
        half: dict[str, Any] = {told: DAY}
        problem = refused(etl, Invalid, "one of them is missing", dag_id="etl", logical_date=DAY, **half)
        assert problem.field == missing


def test_a_data_interval_without_a_logical_date_is_refused_by_airflow_3(three: World) -> None:
    three.dag("etl")
    interval = {"data_interval_start": DAY, "data_interval_end": LATER}
    refused(three, Invalid, "has no data interval", dag_id="etl", **interval)


def test_a_start_of_its_own_is_refused_where_runs_have_none(two: World) -> None:
    two.dag("etl")
    refused(two, Unsupported, r"needs Airflow 3\.0", dag_id="etl", run_after=DAY)


def test_a_conf_that_does_not_fit_the_parameters_is_refused(world: World) -> None:
    world.recorded_dag("parameters")
    refused(world, Invalid, "Invalid input for param required", dag_id="parameters")
    conf = {"required": "abc", "number": "seven"}
    assert refused(world, Invalid, "for param number", dag_id="parameters", conf=conf).field == "conf"


def test_a_conf_that_is_no_json_is_refused(etl: World) -> None:
    for value in (math.nan, math.inf, {1, 2}, "\ud800"):
        refused(etl, Invalid, "conf cannot be kept", dag_id="etl", conf={"x": value})


def test_a_conf_that_nobody_could_read_again_is_refused(etl: World) -> None:
    deep: Mapping[str, object] = {}
    for _ in range(700):
        deep = {"in": [deep]}
    refused(etl, Invalid, "conf cannot be kept: nested", dag_id="etl", conf=deep)


def test_a_text_that_the_database_cannot_hold_is_refused(postgres: World) -> None:
    if postgres.generation.number == 3:
        refused(postgres, Invalid, "NUL", dag_id="etl", conf={"x": "\x00"})
    refused(postgres, Invalid, "NUL", dag_id="etl", note="\x00")


def test_a_note_that_is_too_long_is_refused(etl: World) -> None:
    assert refused(etl, Invalid, "1,001 characters", dag_id="etl", note="x" * 1001).field == "note"


def test_nobody_triggers_without_the_permission_and_that_is_audited(etl: World) -> None:
    refused(etl, Forbidden, "run.create on DAG 'etl'", role=Role.VIEWER, dag_id="etl")
    row = etl.rows("log", "event dag_id owner")[-1]
    event = "api.post_dag_run" if etl.generation.number == 2 else "trigger_dag_run"
    assert row == {"event": event, "dag_id": "etl", "owner": "tester"}
