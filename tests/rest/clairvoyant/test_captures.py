"""What the real plugin 1.0.9 on Airflow 1.10.15 answered, call by call, and what we answer instead, and why."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.rest.clairvoyant.captured import CAPTURED, REASONS, differing
from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import Plugin, folder_of


def replay(plugin: Plugin, record: Mapping[str, Any], folder: Path) -> tuple[int, dict[str, Any]]:
    """Ask what was asked, in the same way."""
    how: dict[str, Any] = {}
    if "file" in record:
        how["files"] = {"dag_file": (record["file"], b"dag = None\n", "text/x-python")}
        if record["file"] == "other.py":
            (folder / "other.py").write_text("dag = None\n")
    if "form" in record:
        how["data"] = record["form"]
    if "json" in record:
        how["json"] = record["json"]
    answer = plugin.send(record.get("method", "GET"), record["address"], **how)
    told: dict[str, Any] = answer.json() if answer.headers["content-type"] == "application/json" else {}
    for volatile in ("call_time", "response_time"):
        told.pop(volatile, None)
    return answer.status_code, told


def normalized(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with no more of stderr than its last line."""
    output = answer.get("output")
    if isinstance(output, dict):
        lines = output["stderr"].strip().splitlines()
        return {**answer, "output": {**output, "stderr": lines[-1] if lines else ""}}
    return answer


@pytest.mark.parametrize("kind", KINDS)
def test_every_captured_call_is_answered_as_the_original_did_or_for_a_reason(
    kind: str, serve: Serve, tmp_path: Path
) -> None:
    folder = folder_of(tmp_path)
    plugin = serve(kind, airflow_version="1.10.15", deploy_folder=str(folder))
    plugin.world.insert("variable", {"key": "k1", "val": "v1", "is_encrypted": False})
    plugin.ask("unpause", dag_id="another")
    odd: dict[str, Any] = {}
    for record in CAPTURED:
        status, told = replay(plugin, record, folder)
        expected = json.loads(
            json.dumps(record.get("answer", {}))
            .replace("/opt/airflow/dags", str(folder))
            .replace("host 'vm'", f"host '{socket.gethostname()}'")
        )
        assert status == record["status"], (record["address"], told)
        if "answer" not in record:  # a page, or longer than what was kept of it
            continue
        same = normalized(told) == normalized(expected)
        if (reason := differing(record)) is not None:
            assert reason in REASONS
            assert not same, f"no difference any more: {record['address']}"
            assert told.keys() - {"warning"} == expected.keys() - {"warning"}
        elif not same:
            odd[record["address"]] = (normalized(told), normalized(expected))
    assert odd == {}
