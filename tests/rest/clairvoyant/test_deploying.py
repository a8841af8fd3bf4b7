"""Deploying a DAG file: whole or not at all, and its DAGs paused once Airflow has found them."""

import socket
import time
from pathlib import Path

import pytest

from tests.conftest import KINDS
from tests.rest.clairvoyant.conftest import Serve
from tests.rest.clairvoyant.plugin import PLACE, TOKENS, Plugin, folder_of
from tests.world import DAY

FILE = "from airflow import DAG\n\ndag = DAG('fresh')\r\n# \u00e9\f\n"


def test_a_file_is_put_into_the_folder_byte_for_byte(serve: Serve, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    answer = serve(deploy_folder=str(folder)).deploy("fresh.py", FILE)

    assert answer.json()["output"] == "DAG File [<FileStorage: 'fresh.py' ('text/x-python')>] has been uploaded"
    assert "warning" not in answer.json()
    assert (folder / "fresh.py").read_bytes() == FILE.encode()
    assert [path.name for path in folder.iterdir()] == ["fresh.py"]


def test_a_file_that_is_there_is_replaced_only_by_force(serve: Serve, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    plugin = serve(deploy_folder=str(folder))
    plugin.deploy("fresh.py", "a = 1\n")

    refused = plugin.deploy("fresh.py", "a = 2\n")

    where = f"The file '{folder}/fresh.py' already exists on host '{socket.gethostname()}'."
    assert (refused.status_code, refused.json()["output"]) == (400, where)
    assert (folder / "fresh.py").read_text() == "a = 1\n"
    # That the box is there ticks it.
    assert plugin.deploy("fresh.py", "a = 2\n", force="").status_code == 200
    assert (folder / "fresh.py").read_text() == "a = 2\n"
    assert [path.name for path in folder.iterdir()] == ["fresh.py"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("def f(:\n", "fresh.py, line 1: invalid syntax."),
        (b"\xff\xfe", "fresh.py, line "),
        ("(" * 5_000, "too many nested parentheses"),
        ("-" * 200_000 + "1", "fresh.py cannot be read as Python."),
        ("a = 1\0", "fresh.py"),
        ("#" * 1_000_001, "The file has 1,000,001 bytes; 1,000,000 are the most."),
    ],
    ids=["syntax", "encoding", "nested", "deep", "null", "long"],
)
def test_what_is_no_python_is_refused(serve: Serve, tmp_path: Path, content: str | bytes, told: str) -> None:
    folder = folder_of(tmp_path)

    answer = serve(deploy_folder=str(folder)).deploy("fresh.py", content)

    assert answer.status_code == 400
    assert told in answer.json()["output"]
    assert list(folder.iterdir()) == []


def test_without_a_folder_nobody_deploys_anything(serve: Serve) -> None:
    answer = serve().deploy("fresh.py", FILE)

    assert answer.status_code == 400
    assert "Set AIRFLOW_GRAPH_DEPLOY_FOLDER" in answer.json()["output"]


def test_only_administrators_deploy(serve: Serve, tmp_path: Path) -> None:
    folder = folder_of(tmp_path)
    plugin = serve(deploy_folder=str(folder), tokens=f"{TOKENS} ole:op:ops-token")

    for token in ("ops-token", "users-token"):
        files = {"dag_file": ("fresh.py", FILE.encode(), "text/x-python")}
        answer = plugin.send("POST", f"{PLACE}?api=deploy_dag", token=token, files=files)
        assert answer.status_code == 403
        assert "needs the permission dag_file.create" in answer.json()["output"]
    assert list(folder.iterdir()) == []
    assert plugin.send("GET", f"{PLACE}?api=deploy_dag").json()["output"] == "dag_file should be provided"


def eventually(plugin: Plugin, dag_id: str, *, paused: bool) -> None:
    """Wait until a DAG is paused, or is not; fail where that never happens."""
    for _ in range(300):
        if plugin.world.rows("dag", "is_paused", dag_id=dag_id) == [{"is_paused": paused}]:
            return
        time.sleep(0.1)
    pytest.fail(f"{dag_id} never was{' not' * (not paused)} paused")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("box", ["pause", "unpause"])
def test_the_dags_of_a_file_are_paused_or_resumed_when_it_is_parsed(
    serve: Serve, tmp_path: Path, kind: str, box: str
) -> None:
    folder = folder_of(tmp_path)
    plugin = serve(kind, deploy_folder=str(folder))
    told = plugin.deploy("fresh.py", FILE, **{box: "on"}).json()
    assert told["status"] == "OK"
    assert "as soon as Airflow has parsed the file" in told["warning"]

    plugin.world.dag("fresh", fileloc=str(folder / "fresh.py"), last_parsed_time=DAY, is_paused=box == "unpause")

    eventually(plugin, "fresh", paused=box == "pause")
    # The audit row is committed with the change.
    assert {row["owner"] for row in plugin.world.rows("log", "owner", dag_id="fresh")} == {"ada"}


def test_both_boxes_set_nothing(serve: Serve, tmp_path: Path) -> None:
    plugin = serve(deploy_folder=str(folder_of(tmp_path)))

    told = plugin.deploy("fresh.py", FILE, pause="on", unpause="on").json()

    assert told["warning"] == (
        "Both options pause and unpause were given. Skipping setting the state (pause, unpause) of the DAG."
    )
