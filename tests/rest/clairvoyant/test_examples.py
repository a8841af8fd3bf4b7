"""Every example of the original's documentation, letter by letter, is answered as the page of examples tells."""

from pathlib import Path
from typing import Any

import pytest

from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.examples import CURL, EXAMPLES, HOST, REFUSED, SAMPLE
from tests.rest.clairvoyant.plugin import PLACE, Plugin, folder_of
from tests.rest.examples import agrees, asked_by

KINDS = pytest.mark.parametrize("kind", ["2.11-sqlite", "3.3-postgresql"])


def furnished(serve: Serve, kind: str, **settings: Any) -> Plugin:
    """Serve the DAGs of which the examples speak."""
    plugin = serve(kind, airflow_version="2.11.2", **settings)
    plugin.world.dag("test_id")
    plugin.world.dag("value", {"value": []})
    return plugin


def printed(output: Any) -> str:
    return output if isinstance(output, str) else output["stdout"] + output["stderr"]


@KINDS
@pytest.mark.parametrize("form", ["original", "documented"])
def test_every_example_of_the_documentation_is_answered(serve: Serve, kind: str, form: str) -> None:
    plugin = furnished(serve, kind, clairvoyant_answers=form)
    apart = {}
    for example in EXAMPLES:
        answer = plugin.send(**asked_by(example.line.replace(HOST, "")))
        told = answer.json()
        output = told.get("output", "")
        if not agrees(example.expected(form), printed(output)) or answer.status_code != example.status:
            apart[example.line] = (answer.status_code, output)
        if form == "documented":
            assert isinstance(output, str), example
            assert "api" not in told["arguments"], example
            assert "post_arguments" not in told, example

    assert apart == {}


@KINDS
@pytest.mark.parametrize("example", CURL, ids=["token", "deploy"])
def test_every_line_of_curl_is_answered(serve: Serve, tmp_path: Path, kind: str, example: Any) -> None:
    folder = folder_of(tmp_path)
    plugin = furnished(serve, kind, deploy_folder=str(folder), clairvoyant_role="admin")
    asked = asked_by(example.line)
    asked["headers"].setdefault("rest_api_plugin_http_token", "changeme")

    answer = plugin.send(**asked, token=None)

    assert (answer.status_code, agrees(example.told, answer.json())) == (example.status, True), answer.text
    assert [path.read_text() for path in folder.iterdir()] == (["pass\n"] if "deploy" in example.line else [])


@pytest.mark.parametrize("form", ["original", "documented"])
def test_whoever_fails_to_authenticate_is_told_what_the_documentation_shows(serve: Serve, form: str) -> None:
    told = serve(clairvoyant_answers=form).send("GET", f"{PLACE}?api=version", token=None).json()

    assert told.keys() == {*REFUSED, "call_time", "response_time"}
    assert agrees(REFUSED, told)


def test_the_sample_answer_of_the_documentation_is_given(serve: Serve) -> None:
    told = serve(clairvoyant_answers="documented", airflow_version="1.7.0").ask("version")

    assert told.keys() == {*SAMPLE, "call_time", "response_time"}
    assert agrees(SAMPLE, told)


def test_without_a_folder_the_line_that_deploys_is_refused(serve: Serve) -> None:
    answer = serve().deploy("dag.py", "pass\n", force="on")

    assert answer.status_code == 400
    assert answer.json()["output"].startswith("DAG files are not taken here.")
