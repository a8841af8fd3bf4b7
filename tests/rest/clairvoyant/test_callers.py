"""Who may ask the plugin: holders of tokens, and of the one that the original's configuration names."""

from pathlib import Path

import pytest

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import CONFIGURED, PLACE, Plugin

USUAL = "rest_api_plugin_http_token"


def paused(plugin: Plugin) -> bool:
    return bool(plugin.world.rows("dag", "is_paused", dag_id="another")[0]["is_paused"])


def test_the_curl_line_of_the_documentation_is_answered(serve: Serve) -> None:
    plugin = serve("2.11-postgresql")

    answer = plugin.send("GET", f"{PLACE}?api=version", token=None, headers={USUAL: "changeme"})

    assert answer.json()["output"] == "2.11"


@pytest.mark.parametrize("headers", [{}, {USUAL: "changeme2"}, {USUAL: ""}, {"Authorization": "changeme"}])
def test_whoever_lacks_the_token_is_told_nothing_else(serve: Serve, headers: dict[str, str]) -> None:
    answer = serve().send("GET", f"{PLACE}?api=version", token=None, headers=headers)

    assert answer.status_code == 403
    told = answer.json()
    assert told.keys() == {"call_time", "http_response_code", "output", "response_time", "status"}
    assert (told["http_response_code"], told["output"], told["status"]) == (
        403,
        "Token Authentication Failed",
        "ERROR",
    )


def test_the_configuration_may_name_another_header(serve: Serve) -> None:
    named = {"AIRFLOW__REST_API_PLUGIN__REST_API_PLUGIN_HTTP_TOKEN_HEADER_NAME": "X-Plugin-Token"}
    plugin = serve(airflow=named)

    assert plugin.send("GET", f"{PLACE}?api=version", token=None, headers={"x-plugin-token": "changeme"}).is_success
    assert plugin.send("GET", f"{PLACE}?api=version", token=None, headers={USUAL: "changeme"}).status_code == 403


def test_the_token_of_the_configuration_has_the_role_of_a_setting(serve: Serve) -> None:
    plugin = serve(clairvoyant_role="viewer")
    header = {USUAL: "changeme"}

    assert plugin.send("GET", f"{PLACE}?api=list_dags", token=None, headers=header).is_success
    answer = plugin.send("GET", f"{PLACE}?api=pause&dag_id=another", token=None, headers=header)
    assert answer.status_code == 403
    assert "needs the permission dag.edit on DAG 'another'" in answer.json()["output"]
    assert not paused(plugin)


def test_the_token_of_the_configuration_opens_nothing_else(serve: Serve) -> None:
    plugin = serve(dialects="stable,clairvoyant")

    for headers in ({USUAL: "changeme"}, {"Authorization": "Bearer changeme"}):
        assert plugin.send("GET", "/api/v1/dags", token=None, headers=headers).status_code == 401
        assert (
            plugin.send(
                "POST", "/graphql", token=None, headers=headers, json={"query": "{ dags { totalCount } }"}
            ).status_code
            == 401
        )


def test_unless_named_the_dialect_is_not_served(serve: Serve) -> None:
    plugin = serve(dialects="stable")

    assert plugin.send("GET", f"{PLACE}?api=version").status_code == 404


def test_whoever_presents_nothing_is_refused_even_where_others_are_let_in(serve: Serve) -> None:
    plugin = serve(anonymous_role="admin", airflow=dict.fromkeys(CONFIGURED, ""))

    for address in (f"{PLACE}?api=version", f"{PLACE}?api=pause&dag_id=another"):
        assert plugin.send("GET", address, token=None).status_code == 403
    assert not paused(plugin)


def test_who_may_see_some_dags_meets_no_other(serve: Serve) -> None:
    plugin = serve()

    told = plugin.ask("list_dags", token="eves-token")["output"]["stdout"]
    assert "another" in told
    assert "demo_etl" not in told
    for api in ("pause", "list_tasks", "trigger_dag", "refresh_dag"):
        answer = plugin.ask(api, token="eves-token", dag_id="demo_etl")
        assert answer["output"] == "The DAG ID 'demo_etl' does not exist"
    assert plugin.ask("pause", token="eves-token", dag_id="another")["status"] == "OK"
    assert plugin.ask("variables", token="eves-token")["http_response_code"] == 403


def test_readers_change_nothing_by_any_command(serve: Serve) -> None:
    plugin = serve()
    date = {"dag_id": "another", "task_id": "only", "execution_date": "2026-03-01"}
    plugin.world.run("another", "r")
    plugin.world.task_instance("another", "r", "only", "failed")
    asked: list[tuple[str, dict[str, str]]] = [
        *((api, {"dag_id": "another"}) for api in ("pause", "unpause", "trigger_dag", "clear", "refresh_dag")),
        ("refresh_all_dags", {}),
        ("backfill", {"dag_id": "another", "start_date": "2021-01-01"}),
        *((api, date) for api in ("run", "test", "render", "task_failed_deps")),
        ("run", {**date, "mark_success": "on"}),
        ("variables", {"cmd": "set", "key": "k", "value": "v"}),
        ("variables", {"get": "k"}),
        ("pool", {"cmd": "set", "pool_name": "p", "slot_count": "1", "description": "d"}),
        ("connections", {"list": "on"}),
        ("connections", {"add": "on", "conn_id": "c", "conn_uri": "http://h"}),
    ]

    statuses = {
        (api, *parameters): plugin.ask(api, token="viewers-token", **parameters)["http_response_code"]
        for api, parameters in asked
    }

    assert {named: status for named, status in statuses.items() if status != 403} == {}
    assert plugin.world.rows("dag_run", "run_id state") == [{"run_id": "r", "state": "success"}]
    assert plugin.world.rows("task_instance", "state") == [{"state": "failed"}]
    assert plugin.world.rows("variable", "key") == plugin.world.rows("connection", "conn_id") == []


def test_the_configuration_file_of_the_documentation_is_read_as_it_stands(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_text(
        """
[rest_api_plugin]

# Logs global variables used in the REST API plugin when the plugin is loaded.
log_loading = True
filter_loading_messages_in_cli_response = False
rest_api_plugin_http_token_header_name = x_plugin_token
rest_api_plugin_expected_http_token = from-the-file
"""
    )
    plugin = serve(airflow={"AIRFLOW_HOME": str(tmp_path), **dict.fromkeys(CONFIGURED)})

    told = plugin.send("GET", f"{PLACE}?api=version", token=None, headers={"x_plugin_token": "from-the-file"})

    assert told.json()["output"] == "3.3"
    assert plugin.world.service.config.flag("rest_api_plugin", "log_loading", default=False)


@pytest.mark.parametrize("wanted", ["True", "False"])
def test_what_was_loaded_is_logged_where_the_configuration_wants_it(
    serve: Serve, caplog: pytest.LogCaptureFixture, wanted: str
) -> None:
    with caplog.at_level("INFO", "airflow_graph"):
        serve(airflow={"AIRFLOW__REST_API_PLUGIN__LOG_LOADING": wanted})

    loaded = [record for record in caplog.records if record.getMessage() == "clairvoyant dialect loaded"]
    assert bool(loaded) is (wanted == "True")
    assert "changeme" not in str([vars(record) for record in loaded])
