"""What the embedded world holds: real tables, every state, a past without contradictions."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from resolvers.demo import world as shipped
from resolvers.demo.dags import CATALOG
from resolvers.demo.history import past
from resolvers.demo.world import DemoWorld, build_world
from resolvers.serialized.dag import SerializedDag
from tests.resolvers.demo.conftest import NOW, Demo
from tests.world import RECORDINGS, recorded_dags

RUN_TYPES = {
    2: {"manual", "scheduled", "backfill", "dataset_triggered"},
    3: {"manual", "scheduled", "backfill", "asset_triggered", "operator_triggered", "asset_materialization"},
}
TASK_STATES = {
    None,
    "removed",
    "scheduled",
    "queued",
    "running",
    "success",
    "restarting",
    "failed",
    "up_for_retry",
    "up_for_reschedule",
    "upstream_failed",
    "skipped",
    "deferred",
}
OWN_STATES = {2: {"shutdown"}, 3: {"awaiting_input"}}


def asked(world: DemoWorld, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(world.path)) as connection:
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(("airflow", "minor"), [(2, "2.11"), (3, "3.3")])
def test_the_tables_are_those_that_real_airflow_made(airflow: int, minor: str) -> None:
    recorded = RECORDINGS / minor / "sqlite.sql"
    copied = shipped.SCHEMA / f"airflow{airflow}.sql"

    assert copied.read_bytes() == recorded.read_bytes(), f"cp {recorded} {copied}"


def test_every_state_and_run_type_occurs(built: DemoWorld) -> None:
    states = {state for (state,) in asked(built, "SELECT DISTINCT state FROM task_instance")}
    run_states = {state for (state,) in asked(built, "SELECT DISTINCT state FROM dag_run")}
    run_types = {run_type for (run_type,) in asked(built, "SELECT DISTINCT run_type FROM dag_run")}

    assert states == TASK_STATES | OWN_STATES[built.airflow]
    assert run_states == {"queued", "running", "success", "failed"}
    assert run_types == RUN_TYPES[built.airflow]


def test_there_is_something_of_each_noun(demo: Demo) -> None:
    told = demo.data(
        """{
          connections { totalCount } xcoms { totalCount(upTo: 10) } assets { totalCount } assetEvents { totalCount }
          queuedAssetEvents { totalCount } eventLogs { totalCount(upTo: 10) } importErrors { totalCount }
          dagWarnings { totalCount } jobs { totalCount } backfills { totalCount nodes { runs { totalCount } } }
        }"""
    )
    backfills = told.pop("backfills")

    assert all(page["totalCount"] for page in told.values()), told
    known = {"totalCount": 1, "nodes": [{"runs": {"totalCount": len(demo.rows("dag_run", "id", run_type="backfill"))}}]}
    assert backfills == (known if demo.built.airflow == 3 else {"totalCount": 0, "nodes": []})


def test_each_run_that_assets_started_says_which_updates_it_was_for(demo: Demo) -> None:
    runs = {row["id"]: row["dag_id"] for row in demo.rows("dag_run", "id dag_id", run_type="asset_triggered")}
    uris = {row["id"]: row["uri"] for row in demo.rows("asset", "id uri")}
    events = {row["id"]: uris[row["asset_id"]] for row in demo.rows("asset_event", "id asset_id")}
    used: dict[int, set[str]] = {}
    for row in demo.rows("consumed_asset_event", "dag_run_id event_id"):
        used.setdefault(row["dag_run_id"], set()).add(events[row["event_id"]])

    assert {run: set(CATALOG[dag_id].schedule.assets) for run, dag_id in runs.items()} == used


def test_connections_open_with_the_key_of_the_demo(demo: Demo) -> None:
    [warehouse] = demo.rows("connection", "password is_encrypted extra", conn_id="warehouse")

    assert warehouse["is_encrypted"]
    assert "horse" not in warehouse["password"]
    assert demo.service.keys.read(warehouse["password"], True) == "correct horse battery staple"


@pytest.mark.parametrize("airflow", [2, 3])
@pytest.mark.parametrize(
    "moment", ["2024-02-29T00:00:00", "2025-12-31T23:59:59", "2026-03-29T01:30:00", "2027-05-01T00:00:30"]
)
def test_every_state_and_run_type_occurs_whenever_the_demo_is_started(airflow: int, moment: str) -> None:
    happened = past(airflow, datetime.fromisoformat(moment).replace(tzinfo=UTC), seed=1)

    instances = [instance for outcome in happened.outcomes for instance in outcome.instances]
    assert {instance.latest.state for instance in instances} == TASK_STATES | OWN_STATES[airflow]
    assert {outcome.state for outcome in happened.outcomes} == {"queued", "running", "success", "failed"}
    assert {outcome.run.run_type for outcome in happened.outcomes} >= {
        "manual",
        "scheduled",
        "backfill",
        "asset_triggered",
    }


def test_all_that_the_rows_refer_to_is_there(built: DemoWorld) -> None:
    assert asked(built, "PRAGMA foreign_key_check") == []


def test_nothing_ends_before_it_starts_or_lies_in_the_future(built: DemoWorld) -> None:
    now = NOW.replace(tzinfo=None).isoformat(" ")
    for table in ("dag_run", "task_instance", "task_instance_history"):
        wrong = asked(built, f"SELECT * FROM {table} WHERE end_date < start_date OR end_date > '{now}'")
        assert wrong == [], table
    events = {2: "dataset_event", 3: "asset_event"}[built.airflow]
    for table, column in (("log", "dttm"), ("xcom", "timestamp"), (events, "timestamp")):
        assert asked(built, f"SELECT * FROM {table} WHERE {column} > '{now}'") == [], table


def test_a_run_is_over_when_its_tasks_are(built: DemoWorld) -> None:
    finished = "('success', 'failed', 'skipped', 'upstream_failed', 'removed', 'shutdown')"
    left = asked(
        built,
        "SELECT DISTINCT dag_run.dag_id, run_id FROM dag_run JOIN task_instance USING (dag_id, run_id) "
        f"WHERE dag_run.state IN ('success', 'failed') AND coalesce(task_instance.state, '') NOT IN {finished}",
    )
    empty = asked(
        built,
        "SELECT dag_id, run_id FROM dag_run WHERE NOT EXISTS "
        "(SELECT 1 FROM task_instance WHERE dag_id = dag_run.dag_id AND run_id = dag_run.run_id)",
    )

    assert left == []
    assert empty == []


def test_each_earlier_try_is_followed_by_another(built: DemoWorld) -> None:
    numbers = asked(
        built,
        "SELECT past.try_number, now.try_number, now.state FROM task_instance_history past "
        "JOIN task_instance now USING (dag_id, run_id, task_id, map_index)",
    )

    assert len(numbers) > 100
    # One that waits for its next try, or was cleared, still has the number of the last.
    assert all(past < now or state in {"up_for_retry", "restarting"} for past, now, state in numbers)


@pytest.mark.slow
def test_the_same_seed_and_moment_make_the_same_world(built: DemoWorld, tmp_path: Path) -> None:
    again = build_world(tmp_path / "again.db", airflow=built.airflow, now=NOW)
    other = build_world(tmp_path / "other.db", airflow=built.airflow, now=NOW, seed=8)

    for table in ("dag", "dag_run", "task_instance", "task_instance_history", "serialized_dag", "log"):
        query = f"SELECT * FROM {table}"
        assert asked(again, query) == asked(built, query), table
    runs = "SELECT dag_id, queued_at FROM dag_run"
    assert asked(other, runs) != asked(built, runs)


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "airflow.db"
    path.write_text("precious")

    with pytest.raises(FileExistsError):
        build_world(path, airflow=3, now=NOW)
    assert path.read_text() == "precious"


def test_there_are_twenty_dags_of_several_kinds(demo: Demo) -> None:
    dags = demo.rows("dag", "dag_id is_paused is_stale has_import_errors")

    assert len(dags) == len(CATALOG) == demo.built.dags == 20
    for kind in ("is_paused", "is_stale", "has_import_errors"):
        assert len([dag for dag in dags if dag[kind]]) == 1, kind


def test_variables_open_with_the_key_of_the_demo(demo: Demo) -> None:
    variables = demo.data("{ variables { nodes { key value isEncrypted } } }")["variables"]["nodes"]

    assert {variable["isEncrypted"] for variable in variables} == {True, False}
    assert {variable["key"]: variable["value"] for variable in variables}["data_lake"] == "s3://lake"


def test_whoever_the_world_names_may_call_it_in_their_role(demo: Demo) -> None:
    tokens = str(demo.built.settings["tokens"]).split()

    assert [token.split(":")[1] for token in tokens] == ["viewer", "user", "op", "admin"]
    assert len({token.split(":")[2] for token in tokens}) == 4


def test_the_serialized_dags_tell_what_was_declared(demo: Demo) -> None:
    for row in demo.rows("serialized_dag", "dag_id data data_compressed"):
        dag, plan = SerializedDag.from_columns(row["data"]), CATALOG[row["dag_id"]]
        assert dag.description == plan.description
        assert dag.tags == tuple(sorted(plan.tags))
        assert dag.timetable.is_known
        assert dag.display_name == plan.display_name or dag.dag_id
        assert list(dag.params) == [param.name for param in plan.params]
        assert list(dag.tasks) == list(plan.by_id)
        for task_id, task in dag.tasks.items():
            told = plan.by_id[task_id]
            assert set(task.upstream_task_ids) == set(told.upstream)
            assert task.task_group_id == told.group_id
            assert (task.pool, task.queue, task.retries) == (told.pool, told.queue, told.retries)
            assert (task.trigger_rule, task.is_mapped) == (told.trigger_rule, bool(told.over))
            assert (task.is_setup, task.is_teardown) == (told.is_setup, told.is_teardown)


def test_the_serialized_dags_are_written_in_the_words_of_real_airflow(demo: Demo) -> None:
    recorded = recorded_dags({2: "2.11", 3: "3.3"}[demo.built.airflow])
    words = set[str]().union(*(_words(dag["dag"]) for dag in recorded.values()))
    # What operators of other packages make templates of is theirs to name.
    words |= {name for plan in CATALOG.values() for task in plan.tasks for name in task.operator.template_fields}

    for row in demo.rows("serialized_dag", "dag_id data"):
        assert _words(row["data"]["dag"]) <= words, row["dag_id"]


def _words(dag: dict[str, Any]) -> set[str]:
    """Return the names of all attributes of a DAG, its groups and its tasks."""
    words = set(dag)
    groups: list[dict[str, Any]] = [dag["task_group"] if "task_group" in dag else dag["_task_group"]]
    for group in groups:
        words |= set(group)
        groups += [child[1] for child in group["children"].values() if child[0] == "taskgroup"]
    for task in dag["tasks"]:
        words |= set(task["__var"]) | set(task["__var"].get("partial_kwargs", {}))
    return words
