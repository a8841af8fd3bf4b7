"""What each command does and prints, on today's metadata."""

import json
from datetime import UTC, datetime

import pytest

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import CONFIGURED, Plugin
from tests.world import DAY, World, recorded_dags

MARCH = "2026-03-01T00:00:00"


def ran(world: World, *, load: str | None = "failed") -> None:
    """Add a run of `demo_etl` on the first of March, of which one task came to this state."""
    world.run("demo_etl", "r")
    for task_id in ("extract", "transform", "notify"):
        world.task_instance("demo_etl", "r", task_id)
    world.task_instance("demo_etl", "r", "load", load)


def states(world: World) -> dict[str, str | None]:
    return {row["task_id"]: row["state"] for row in world.rows("task_instance", "task_id state")}


def test_a_stale_dag_is_neither_listed_nor_known(plugin: Plugin) -> None:
    plugin.world.dag("gone", is_stale=True)

    assert "gone" not in plugin.stdout("list_dags")
    assert plugin.ask("pause", dag_id="gone")["output"] == "The DAG ID 'gone' does not exist"


def test_a_report_tells_what_is_in_which_file(serve: Serve) -> None:
    plugin = serve(airflow={"AIRFLOW__CORE__DAGS_FOLDER": "/dags"})

    told = plugin.stdout("list_dags", report="on")

    assert "DagBag loading stats for /dags" in told
    assert "Number of DAGs: 2\nTotal task number: 5\n" in told
    assert (
        "-------------+----------+---------+----------+-------------\n"
        "file         | duration | dag_num | task_num | dags        \n"
        "-------------+----------+---------+----------+-------------\n"
        "/another.py  | NA       |       1 |        1 | ['another'] \n"
        "/demo_etl.py | NA       |       1 |        4 | ['demo_etl']\n"
        "-------------+----------+---------+----------+-------------\n\n\n"
    ) in told


def test_pausing_and_resuming_change_the_dag(plugin: Plugin) -> None:
    assert plugin.stdout("pause", dag_id="another") == "Dag: another, paused: True\n"
    assert plugin.world.rows("dag", "is_paused", dag_id="another") == [{"is_paused": True}]
    assert plugin.stdout("unpause", dag_id="another") == "Dag: another, paused: False\n"
    assert plugin.world.rows("dag", "is_paused", dag_id="another") == [{"is_paused": False}]


def test_a_tree_has_each_task_below_those_that_it_waits_for(plugin: Plugin) -> None:
    assert plugin.stdout("list_tasks", dag_id="demo_etl", tree="on") == (
        "<Task(EmptyOperator): extract>\n"
        "    <Task(EmptyOperator): transform>\n"
        "        <Task(EmptyOperator): load>\n"
        "            <Task(EmptyOperator): notify>\n"
        "        <Task(EmptyOperator): notify>\n"
    )


def test_a_triggered_run_waits_for_the_scheduler_and_is_found_by_its_date(plugin: Plugin) -> None:
    told = plugin.stdout("trigger_dag", dag_id="demo_etl", conf='{"key": "value"}')

    run = plugin.world.rows("dag_run", "run_id state conf logical_date", dag_id="demo_etl")[0]
    date = run["logical_date"].astimezone(UTC)
    assert run["state"] == "queued"
    assert run["conf"] == {"key": "value"}
    assert run["run_id"] == f"manual__{date.isoformat()}"
    assert told == f"Created <DagRun demo_etl @ {date}: {run['run_id']}, externally triggered: True>\n"
    assert plugin.stdout("dag_state", dag_id="demo_etl", execution_date=date.isoformat()) == "queued\n"


def test_runs_that_are_triggered_in_one_second_are_as_many_runs(plugin: Plugin) -> None:
    told = [plugin.stdout("trigger_dag", dag_id="demo_etl") for _ in range(5)]

    assert len(set(told)) == 5
    assert len(plugin.world.rows("dag_run", "run_id", dag_id="demo_etl")) == 5
    plugin.stdout("trigger_dag", dag_id="demo_etl", run_id="r")
    assert "Run id r already exists for dag id demo_etl" in plugin.stderr("trigger_dag", dag_id="demo_etl", run_id="r")


def test_a_conf_that_is_no_json_object_triggers_nothing(plugin: Plugin) -> None:
    assert "json.decoder.JSONDecodeError: " in plugin.stderr("trigger_dag", dag_id="demo_etl", conf="{")
    assert "ValueError: conf must be a JSON object" in plugin.stderr("trigger_dag", dag_id="demo_etl", conf="[1]")
    assert plugin.world.rows("dag_run", "run_id") == []


def test_a_run_without_a_logical_date_is_found_by_when_it_was_due(serve: Serve) -> None:
    plugin = serve("3.3-postgresql")
    plugin.world.run("demo_etl", "r", logical_date=None, run_after=DAY, state="failed")

    assert plugin.stdout("dag_state", dag_id="demo_etl", execution_date="2026-03-01T01:00:00+01:00") == "failed\n"


def test_a_date_that_is_none_is_a_usage_error(plugin: Plugin) -> None:
    output = plugin.ask("dag_state", dag_id="demo_etl", execution_date="yesterday")["output"]

    assert output["stdout"].startswith("usage: airflow dag_state")
    assert output["stderr"] == (
        "\nairflow dag_state command error: argument execution_date: invalid parsedate value: 'yesterday', "
        "see help above.\n"
    )


def test_the_state_of_a_mapped_task_is_that_which_says_most(plugin: Plugin) -> None:
    plugin.world.dag("mapped", serialized=recorded_dags(plugin.world.generation.minor)["mapped"])
    plugin.world.run("mapped", "r")
    for index, state in enumerate(("success", "failed", "success")):
        plugin.world.task_instance("mapped", "r", "double", state, map_index=index)

    assert plugin.stdout("task_state", dag_id="mapped", task_id="double", execution_date=MARCH) == "failed\n"


def test_clearing_lets_tasks_run_again_that_match(plugin: Plugin) -> None:
    ran(plugin.world)

    assert plugin.stdout("clear", dag_id="demo_etl", task_regex="^lo", start_date="2026-03-01") == ""

    assert states(plugin.world) == {"extract": "success", "transform": "success", "notify": "success", "load": None}
    assert plugin.world.rows("dag_run", "state") == [{"state": "queued"}]


def test_clearing_reaches_downstream_and_no_further_than_its_dates(plugin: Plugin) -> None:
    ran(plugin.world)

    assert plugin.stdout("clear", dag_id="demo_etl", start_date="2026-03-02") == "Nothing to clear.\n"
    assert plugin.stdout("clear", dag_id="demo_etl", only_running="on") == "Nothing to clear.\n"
    assert plugin.stdout("clear", dag_id="demo_etl", task_regex="load", downstream="false") == ""

    assert states(plugin.world) == {"extract": "success", "transform": "success", "notify": None, "load": None}


def test_running_a_task_clears_it_and_says_so(plugin: Plugin) -> None:
    ran(plugin.world)

    told = plugin.ask("run", dag_id="demo_etl", task_id="load", execution_date=MARCH, local="on", pool="p")

    assert told["output"] == {
        "stdin": "",
        "stderr": "",
        "stdout": "Cleared <TaskInstance: demo_etl.load 2026-03-01T00:00:00+00:00 [failed]>\n",
    }
    assert told["warning"].startswith("The task was not run here: it was cleared, so that the scheduler runs it.")
    assert "pool is ignored: the scheduler runs the tasks" in told["warning"]
    assert states(plugin.world)["load"] is None
    assert states(plugin.world)["notify"] == "success"


def test_running_a_success_again_takes_force(plugin: Plugin) -> None:
    ran(plugin.world, load="success")
    named = {"dag_id": "demo_etl", "task_id": "load", "execution_date": MARCH}

    assert "Task is in the 'success' state which is not a valid state" in plugin.stderr("run", **named)
    assert states(plugin.world)["load"] == "success"
    assert plugin.stdout("run", **named, force="on").startswith("Cleared <TaskInstance: demo_etl.load")
    assert states(plugin.world)["load"] is None


def test_marking_a_success_runs_nothing(plugin: Plugin) -> None:
    ran(plugin.world)

    told = plugin.stdout("run", dag_id="demo_etl", task_id="load", execution_date=MARCH, mark_success="on")

    assert told == "Marked <TaskInstance: demo_etl.load 2026-03-01T00:00:00+00:00 [failed]> as success\n"
    assert states(plugin.world)["load"] == "success"


@pytest.mark.parametrize("mark", [{}, {"mark_success": "on"}])
def test_a_task_instance_that_never_was_is_not_run(plugin: Plugin, mark: dict[str, str]) -> None:
    reason = plugin.stderr("run", dag_id="demo_etl", task_id="load", execution_date=MARCH, **mark)

    assert "DAG demo_etl has no run for 2026-03-01T00:00:00+00:00 with the task load" in reason
    assert plugin.world.rows("task_instance", "task_id") == []


def test_a_variable_is_printed_as_python_prints_it(plugin: Plugin) -> None:
    plugin.stdout("variables", cmd="set", key="v", value='{"a": [1, null]}')

    assert plugin.stdout("variables", get="v") == '{"a": [1, null]}\n'
    assert plugin.stdout("variables", get="v", json="on") == "{'a': [1, None]}\n"
    assert plugin.stdout("variables", get="none", default="x") == "x\n"
    assert plugin.stdout("variables", delete="none") == ""


def test_the_longest_example_of_the_documentation_gets_deletes_and_sets(plugin: Plugin) -> None:
    plugin.stdout("variables", cmd="set", key="value", value="old")

    told = plugin.stdout("variables", cmd="set", key="new", value="v", get="value", json="", delete="value")

    assert told == "old\n"
    assert plugin.stdout("variables") == "new\n"


def test_a_pool_takes_its_description_under_either_name(plugin: Plugin) -> None:
    for name in ("description", "pool_description"):
        told = plugin.stdout("pool", cmd="set", pool_name="p", slot_count="10", **{name: name})
        assert f"│ p      │      10 │ {name}" in told
    assert plugin.world.rows("pool", "slots description", pool="p") == [
        {"slots": 10, "description": "pool_description"}
    ]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"cmd": "set", "pool_name": "p", "slot_count": "abc", "description": "d"}, "Bad value for `slots`: abc\n"),
        ({"get": "none"}, "Pool 'none' doesn't exist\n"),
        ({"delete": "none"}, "Pool 'none' doesn't exist\n"),
        ({"delete": "default_pool"}, "default_pool cannot be deleted\n"),
    ],
)
def test_what_is_wrong_with_a_pool_is_printed(plugin: Plugin, asked: dict[str, str], told: str) -> None:
    assert plugin.stdout("pool", **asked) == told


def test_connections_are_added_listed_and_deleted(plugin: Plugin) -> None:
    uri = "postgresql://u:p%40ss@h:5432/db?sslmode=require"

    added = plugin.stdout("connections", add="on", conn_id="c1", conn_uri=uri)
    listed = plugin.stdout("connections", list="on")

    assert added == "\n\tSuccessfully added `conn_id`=c1 : postgresql://u:******@h:5432/db?******\n\n"
    stored = plugin.world.rows("connection", "conn_id conn_type host login port schema")
    assert stored == [
        {"conn_id": "c1", "conn_type": "postgres", "host": "h", "login": "u", "port": 5432, "schema": "db"}
    ]
    head = "│ Conn Id   │ Conn Type   │ Host   │   Port │ Is Encrypted   │ Is Extra Encrypted   │ Extra"
    assert listed.splitlines()[1] == f"{head}                    │"
    assert "│ 'c1'      │ 'postgres'  │ 'h'    │   5432 │ True           │ True                 │ '{" in listed
    assert plugin.stdout("connections", add="on", conn_id="c1", conn_uri=uri) == (
        "\n\tA connection with `conn_id`=c1 already exists\n\n"
    )
    assert plugin.stdout("connections", delete="on", conn_id="c1") == "\n\tSuccessfully deleted `conn_id`=c1\n\n"
    assert plugin.stdout("connections", delete="on", conn_id="c1") == (
        "\n\tDid not find a connection with `conn_id`=c1\n\n"
    )
    assert plugin.stdout("connections") == ""


def test_a_connection_of_parts_needs_a_type(plugin: Plugin) -> None:
    assert plugin.stdout("connections", add="on", conn_uri="http://h") == (
        "\n\tThe following args are required to add a connection: ['conn_id']\n\n"
    )
    assert plugin.stdout("connections", add="on", conn_id="c") == (
        "\n\tThe following args are required to add a connection: ['conn_uri or conn_type']\n\n"
    )
    assert plugin.stdout("connections", add="on", conn_id="c2", conn_type="http", conn_extra='{"a": 1}') == (
        "\n\tSuccessfully added `conn_id`=c2 : http://:******@:\n\n"
    )


def test_templates_are_told_as_they_were_rendered(plugin: Plugin) -> None:
    ran(plugin.world)
    plugin.world.rendered("demo_etl", "r", "load", {"bash_command": "echo 1", "env": None})

    told = plugin.stdout("render", dag_id="demo_etl", task_id="load", execution_date=MARCH)

    rule = "# ----------------------------------------------------------\n"
    assert told == (f"{rule}# property: bash_command\n{rule}echo 1\n\n{rule}# property: env\n{rule}None\n\n")
    assert "is not allowed here" in plugin.stderr("render", dag_id="demo_etl", task_id="extract", execution_date=MARCH)


def daily(plugin: Plugin) -> None:
    """Let `demo_etl` be due every day."""
    old = plugin.world.generation.number == 2
    schedule = {
        "__type": "airflow.timetables.interval.CronDataIntervalTimetable",
        "__var": {"expression": "0 0 * * *", "timezone": "UTC"},
    }
    data = json.loads(json.dumps(plugin.world.rows("serialized_dag", "data", dag_id="demo_etl")[0]["data"]))
    data["dag"]["timetable"] = schedule
    data["dag"].pop("schedule_interval", None)
    data["dag"]["dag_id" if not old else "_dag_id"] = "daily"
    plugin.world.dag("daily", serialized=data)


def test_a_backfill_makes_what_the_scheduler_runs(plugin: Plugin) -> None:
    daily(plugin)

    told = plugin.ask("backfill", dag_id="daily", start_date="2021-04-01", end_date="2021-04-03")

    assert told["output"]["stderr"] == ""
    assert told["warning"] == "The scheduler carries it out: this is answered before it is done."
    dates = [row["logical_date"] for row in plugin.world.rows("dag_run", "logical_date", dag_id="daily")]
    assert sorted(dates) == [datetime(2021, 4, day, tzinfo=UTC) for day in (1, 2, 3)]
    if plugin.world.generation.number == 3:
        assert told["output"]["stdout"].startswith("Created backfill ")
        assert {row["run_type"] for row in plugin.world.rows("dag_run", "run_type")} == {"backfill"}
    else:
        assert told["output"]["stdout"].count("Created run manual__backfill_2021-04-0") == 3


def test_a_dry_backfill_tells_the_first_date_and_makes_nothing(plugin: Plugin) -> None:
    daily(plugin)

    told = plugin.stdout("backfill", dag_id="daily", start_date="2021-04-01", end_date="2021-04-02", dry_run="1")

    assert told == (
        "Dry run of DAG daily on 2021-04-01T00:00:00+00:00\nTask extract\nTask load\nTask notify\nTask transform\n"
    )
    assert plugin.world.rows("dag_run", "run_id") == []


def test_a_backfill_of_no_dates_or_of_some_tasks_is_refused(plugin: Plugin) -> None:
    daily(plugin)

    assert "Provide a start_date and/or end_date" in plugin.stderr("backfill", dag_id="daily")
    assert "task_regex is not offered" in plugin.stderr(
        "backfill", dag_id="daily", start_date="2021-04-01", task_regex="load"
    )
    assert plugin.world.rows("dag_run", "run_id") == []


def test_refreshing_asks_airflow_to_parse_the_file(plugin: Plugin) -> None:
    assert plugin.ask("refresh_dag", dag_id="demo_etl")["output"] == "DAG [demo_etl] is now fresh as a daisy"
    assert len(plugin.world.rows("parsing_request", "id")) == 1
    told = plugin.ask("refresh_all_dags")["output"]
    assert told == "{'another': <DAG: another>, 'demo_etl': <DAG: demo_etl>}; All DAGs are now refreshed!"
    assert len(plugin.world.rows("parsing_request", "id")) == 2


@pytest.mark.parametrize(
    ("api", "line"),
    [
        ("scheduler", "airflow scheduler"),
        ("worker", "airflow celery worker"),
        ("flower", "airflow celery flower"),
        ("kerberos", "airflow kerberos"),
        ("serve_logs", "airflow celery worker"),
    ],
)
def test_processes_are_not_started_but_named(serve: Serve, api: str, line: str) -> None:
    assert f"On the machine that is to run it, use: {line}" in serve().stderr(api)


def test_without_a_token_of_its_own_the_configuration_opens_nothing(serve: Serve) -> None:
    plugin = serve(tokens="", airflow=dict.fromkeys(CONFIGURED, ""))

    answer = plugin.send("GET", token=None, params={"api": "version"})

    assert answer.status_code == 403
