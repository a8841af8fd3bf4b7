"""What Airflow's own command line is asked, if settings allow it: argument by argument, nothing of ours with it."""

import pytest

from tests.rest.clairvoyant.conftest import Serve

NAMED = {"dag_id": "demo_etl", "task_id": "load", "execution_date": "2021-05-01"}
ALL = "test,task_failed_deps,render"


@pytest.mark.parametrize("api", ["test", "task_failed_deps", "render"])
def test_unless_allowed_no_command_is_run(serve: Serve, api: str) -> None:
    reason = serve().stderr(api, **NAMED)

    assert "runs code of the DAG, and is not allowed here" in reason
    assert f"add {api} to AIRFLOW_GRAPH_AIRFLOW_COMMANDS" in reason


def test_where_no_command_line_is_known_that_is_the_reason(serve: Serve) -> None:
    reason = serve(airflow_commands=ALL, airflow_command="").stderr("test", **NAMED)

    assert "Set AIRFLOW_GRAPH_AIRFLOW_COMMAND" in reason


def test_what_the_command_says_is_told_without_its_loading(serve: Serve) -> None:
    told = serve(airflow_commands=ALL).stdout("task_failed_deps", **NAMED)

    assert told == (
        "Task instance dependencies not met:\nDagrun Running: Task instance's dagrun did not exist: Unknown reason.\n"
    )


def test_the_configuration_may_want_the_loading_too(serve: Serve) -> None:
    wanted = {"AIRFLOW__REST_API_PLUGIN__FILTER_LOADING_MESSAGES_IN_CLI_RESPONSE": "False"}

    told = serve(airflow_commands=ALL, airflow=wanted).stdout("task_failed_deps", **NAMED)

    assert told.startswith("[2026-03-01T00:00:00]")


def test_a_test_is_given_its_arguments_one_by_one_and_none_of_our_settings(
    serve: Serve,
) -> None:
    environment = {"AIRFLOW_GRAPH_TOKENS": "secret", "PATH": "/usr/bin:/bin"}
    plugin = serve("2.11-sqlite", airflow_commands=ALL, airflow=environment)

    told = plugin.ask("test", **NAMED, dryrun="on", task_params='{"a": "$(id); b"}')

    assert told["airflow_cmd"] == 'airflow test --task_params {"a": "$(id); b"} demo_etl load 2021-05-01'
    assert told["output"]["stdout"] == (
        "<tasks>\n<test>\n<--dry-run>\n<--task-params>\n"
        '<{"a": "$(id); b"}>\n<demo_etl>\n<load>\n<2021-05-01T00:00:00+00:00>\n'
    )
    assert told["output"]["stderr"] == "0\n"


def test_a_dry_run_that_airflow_3_does_not_have_runs_nothing(serve: Serve) -> None:
    reason = serve(airflow_commands=ALL).stderr("test", **NAMED, dry_run="on")

    assert "Airflow 3 has no dry run of a task: nothing was run." in reason


def test_a_command_that_fails_is_told_as_it_failed(serve: Serve) -> None:
    plugin = serve(airflow_commands=ALL)

    told = plugin.ask("render", **{**NAMED, "task_id": "extract"})

    assert (told["status"], told["output"]["stdout"]) == ("OK", "")
    assert told["output"]["stderr"].startswith("tasks render demo_etl extract")


def test_a_task_that_the_dag_lacks_reaches_no_command(serve: Serve) -> None:
    plugin = serve(airflow_commands=ALL)

    assert "TaskNotFound: Task --help not found" in plugin.stderr("test", **{**NAMED, "task_id": "--help"})


def test_a_dag_that_looks_like_an_option_reaches_no_command(serve: Serve) -> None:
    plugin = serve(airflow_commands=ALL)
    plugin.world.dag("--help", {"load": []})

    assert "would be taken for an option" in plugin.stderr("test", **{**NAMED, "dag_id": "--help"})
