"""The form of every answer, how parameters are read, and in which order requests are looked at."""

from email.utils import parsedate_to_datetime

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import PLACE, Plugin


def test_an_answer_has_its_names_from_a_and_the_moments_of_its_own_call(serve: Serve) -> None:
    told = serve().ask("version")

    assert list(told) == sorted(told)
    assert parsedate_to_datetime(told["call_time"]) <= parsedate_to_datetime(told["response_time"])
    assert told["call_time"].endswith(" GMT")


def test_an_empty_parameter_is_absent_and_any_other_value_ticks_a_box(serve: Serve) -> None:
    plugin = serve()

    flat = "extract\nload\nnotify\ntransform\n"
    assert plugin.stdout("list_tasks", dag_id="demo_etl", tree="") == flat
    for value in ("false", "0", "no", "on"):
        assert plugin.stdout("list_tasks", dag_id="demo_etl", tree=value) != flat


def test_a_name_in_any_case_and_between_blanks_is_a_command(serve: Serve) -> None:
    assert serve().ask(" VERSION ")["output"] == "3.3"


def test_the_address_counts_before_the_form_and_the_first_value_before_others(serve: Serve) -> None:
    plugin = serve()

    address = f"{PLACE}?api=pause&dag_id=another&dag_id=demo_etl&run_id="
    told = plugin.send("POST", address, data={"api": "unpause", "dag_id": "demo_etl", "run_id": "r"}).json()

    assert told["output"]["stdout"] == "Dag: another, paused: True\n"
    assert told["arguments"] == {"api": "pause", "dag_id": "another", "run_id": ""}
    assert told["post_arguments"] == {"api": "unpause", "dag_id": "demo_etl", "run_id": "r"}


def test_a_form_in_parts_is_as_good_as_another(serve: Serve) -> None:
    plugin = serve()

    told = plugin.send("POST", files={"api": (None, "pause"), "dag_id": (None, "another")}).json()

    assert told["output"]["stdout"] == "Dag: another, paused: True\n"


def test_what_is_wrong_is_told_in_the_order_of_the_original(serve: Serve) -> None:
    plugin = serve()

    def refusal(**parameters: str) -> tuple[int, str]:
        answer = plugin.send("GET", params=parameters)
        assert answer.json()["status"] == "ERROR"
        return answer.status_code, answer.json()["output"]

    assert refusal() == (400, "API should be provided")
    assert refusal(api="rm") == (400, "API 'rm' was not found")
    assert refusal(api="task_state", task_id="t", dag_id="no") == (
        400,
        "The argument(s) ['execution_date'] are required",
    )
    assert refusal(api="dag_state", execution_date="x", dag_id="no") == (400, "The DAG ID 'no' does not exist")
    assert refusal(api="refresh_dag", dag_id="another ") == (
        400,
        "dag_id contains spaces and is therefore an illegal argument",
    )


def test_parameters_that_do_nothing_are_told_in_a_warning(serve: Serve) -> None:
    told = serve().ask("list_dags", subdir="/etc")

    assert told["warning"] == "subdir is ignored: DAGs are found in the metadata database."
    assert told["airflow_cmd"] == "airflow list_dags"


def test_other_methods_and_places_are_refused_as_pages(serve: Serve) -> None:
    plugin = serve()

    refused = plugin.send("PUT")
    assert (refused.status_code, refused.headers["content-type"]) == (405, "text/html; charset=utf-8")
    assert set(refused.headers["allow"].split(", ")) == {"OPTIONS", "GET", "POST", "HEAD"}
    assert plugin.send("GET", "/admin/rest_api/other").status_code == 404
    assert plugin.send("HEAD", params={"api": "version"}).status_code == 200


def test_as_documented_the_output_is_a_text_and_the_arguments_lack_the_command(serve: Serve) -> None:
    plugin = serve("2.11-sqlite", clairvoyant_answers="documented", airflow_version="1.7.0")

    told = plugin.ask("version")
    moments = {name: told.pop(name) for name in ("call_time", "response_time")}

    assert all(moments.values())
    # The sample of the original's documentation.
    assert told == {
        "airflow_cmd": "airflow version",
        "arguments": {},
        "http_response_code": 200,
        "output": "1.7.0",
        "status": "OK",
    }
    assert plugin.ask("list_tasks", dag_id="another")["output"] == "only\n"
    assert plugin.post("pause", dag_id="another")["post_arguments"] == {"dag_id": "another"}
    assert plugin.ask("rest_api_plugin_version")["output"] == "1.0.7"
    assert (
        "TaskNotFound: Task no not found"
        in plugin.ask("task_state", dag_id="another", task_id="no", execution_date="2026-01-01")["output"]
    )


def stored(plugin: Plugin) -> list[dict[str, object]]:
    return plugin.world.rows("log", "event owner dag_id")


def test_every_change_has_its_row_in_the_audit_log(serve: Serve) -> None:
    plugin = serve()

    plugin.ask("pause", dag_id="another")
    plugin.ask("pause", token="viewers-token", dag_id="another")

    assert stored(plugin) == [
        {"event": "patch_dag", "owner": "ada", "dag_id": "another"},
        {"event": "patch_dag", "owner": "vic", "dag_id": "another"},
    ]
