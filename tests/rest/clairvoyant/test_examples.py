"""Every example of the original's documentation, letter by letter but for the names in it."""

import pytest

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import PLACE

DATE = "execution_date=2017-01-02T03:04:05"
TASK = f"dag_id=value&task_id=value&{DATE}"
MISSING = "The argument(s) {} are required"

# What each example is answered with: the text of `output`, or the end of one of its two texts.
EXAMPLES = {
    "api=version": "{version}",
    "api=rest_api_plugin_version": "1.0.9",
    "api=render": MISSING.format("['dag_id', 'task_id', 'execution_date']"),
    f"api=render&{TASK}&subdir=value": "add render to AIRFLOW_GRAPH_AIRFLOW_COMMANDS.",
    "api=variables": "",
    "api=variables&cmd=set&key=value&value=value&get=value&json&default=value&import=value&export=value&delete=value": (
        "or, all at once, by GraphQL or the stable REST API."
    ),
    "api=variables&cmd=set&key=myVar1&value=myValue1": "",
    "api=connections": "",
    "api=pause&dag_id=test_id": "Dag: test_id, paused: True",
    "api=unpause&dag_id=test_id": "Dag: test_id, paused: False",
    f"api=task_failed_deps&{TASK}": "add task_failed_deps to AIRFLOW_GRAPH_AIRFLOW_COMMANDS.",
    "api=trigger_dag&dag_id=test_id": "externally triggered: True>",
    "api=trigger_dag&dag_id=test_id&run_id=run_id_2016_01_01&conf=%7B%22key%22%3A%22value%22%7D": (
        "run_id_2016_01_01, externally triggered: True>"
    ),
    f"api=test&{TASK}": "add test to AIRFLOW_GRAPH_AIRFLOW_COMMANDS.",
    f"api=dag_state&dag_id=test_id&{DATE}": "None",
    f"api=run&{TASK}": "Trigger the run with trigger_dag.",
    "api=list_tasks&dag_id=test_id": "work",
    "api=backfill&dag_id=test_id": "Provide a start_date and/or end_date",
    "api=list_dags": "test_id\nvalue",
    "api=kerberos": "use: airflow kerberos.",
    "api=worker": "use: airflow celery worker.",
    "api=flower": "use: airflow celery flower.",
    "api=scheduler": "use: airflow scheduler.",
    f"api=task_state&{TASK}": "None",
    "api=pool": "╘══════════════╧═════════╧═══════════════╛",
    "api=pool&cmd=set&pool_name=value&slot_count=value&description=value&get=value&delete=value": (
        "Pool 'value' doesn't exist"
    ),
    "api=pool&cmd=set&pool_name=myTestpool&slot_count=10&description=myTestpoolDescription": "╛",
    "api=serve_logs": "use: airflow celery worker, which serves its logs by itself.",
    "api=clear": MISSING.format("['dag_id']"),
    "api=refresh_dag&dag_id=test_id": "DAG [test_id] is now fresh as a daisy",
}


@pytest.mark.parametrize("kind", ["2.11-sqlite", "3.3-postgresql"])
def test_every_example_of_the_documentation_is_answered(serve: Serve, kind: str) -> None:
    plugin = serve(kind)
    plugin.world.dag("test_id")
    plugin.world.dag("value", {"value": []})
    version = plugin.world.generation.minor
    answers: dict[str, str] = {}

    for example in EXAMPLES:
        answer = plugin.send("GET", f"{PLACE}?{example}")
        assert answer.status_code == (400 if "argument(s)" in answer.text else 200), example
        output = answer.json().get("output", "")
        told = output if isinstance(output, str) else output["stdout"] + output["stderr"]
        answers[example] = told.strip()

    expected = {example: text.format(version=version) if "{v" in text else text for example, text in EXAMPLES.items()}
    odd = {example: told for example, told in answers.items() if not told.endswith(expected[example])}
    assert odd == {}
    assert answers["api=connections"] == answers["api=variables&cmd=set&key=myVar1&value=myValue1"] == ""


def test_the_curl_line_that_deploys_a_file_is_answered(serve: Serve) -> None:
    answer = serve().deploy("dag.py", "pass\n", force="on")

    assert answer.status_code == 400
    assert answer.json()["output"].startswith("DAG files are not taken here.")
