"""What the real plugin 1.0.9 on Airflow 1.10.15 answered, call by call, and what we answer instead, and why."""

import json
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import KINDS
from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import Plugin, folder_of

CAPTURED: list[dict[str, Any]] = json.loads((Path(__file__).parent / "captured.json").read_text())

# Between commas: of which calls, what differs, and why. The rest is the same, word for word.
REASONS = {
    "tree": "siblings are in the order of their ids, the original's changed; and operators are EmptyOperators",
    "scheduled": "no scheduler runs in these worlds",
    "now": "the original names the moment of its own call",
    "usage": "the usage that is printed is a line, not the whole text of a parser",
    "uri": "a password in a connection's URI is not repeated",
    "render": "what never ran is rendered by Airflow's command line alone, which is not configured here",
    "description": "a pool's description counts under both of its names",
    "upload": "the uploaded file is not imported and so has no module; its DAGs are paused when Airflow has parsed it",
    "order": "the DAGs are in the order of their ids",
}


def differing(record: Mapping[str, Any]) -> str | None:
    """Return the reason for which an answer differs from the one that was captured."""
    address = record["address"]
    parts = {
        "tree=on": "tree",
        "dag_state&dag_id=demo_etl&execution_date=2021": "scheduled",
        "set=true": "usage",
        "&description=": "description",
        "conn_uri": "uri",
        "api=render": "render",
        "refresh_all_dags": "order",
    }
    if address.endswith("api=trigger_dag&dag_id=demo_etl") or record.get("form", {}).get("run_id") == "r3":
        return "now"
    if record.get("form", {}).get("pause"):
        return "upload"
    return next((reason for part, reason in parts.items() if part in address), None)


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
        if "api=connections&list=on" in record["address"]:
            continue
        assert status == record["status"], (record["address"], told)
        same = normalized(told) == normalized(expected)
        if (reason := differing(record)) is not None:
            assert reason in REASONS
            assert not same, f"no difference any more: {record['address']}"
            assert told.keys() - {"warning"} == expected.keys() - {"warning"}
        elif not same:
            odd[record["address"]] = (normalized(told), normalized(expected))
    assert odd == {}
