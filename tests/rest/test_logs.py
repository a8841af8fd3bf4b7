"""Task logs by the stable API: as text or as JSON, with tokens that are Airflow's own, however long they are."""

import ast
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest

from tests.conftest import KINDS
from tests.http.server import ADMIN, TOKENS, VIEWER
from tests.rest.api import Api, api_of
from tests.world import World

LOG = "/dags/etl/dagRuns/run%20one/taskInstances/load/logs"
HEADER = """127.0.0.1
 INFO - ::group::Log message source details
*** Found local files:
***   * {path}
 INFO - ::endgroup::
"""
KEY = "the secret key of the web server"


@pytest.fixture(params=KINDS)
def logged(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Api]:
    """Serve a world whose logs are in `tmp_path`."""
    minor, backend = request.param.split("-")
    section = "WEBSERVER" if minor.startswith("2") else "API"
    environ = {"AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(tmp_path), f"AIRFLOW__{section}__SECRET_KEY": KEY}
    url = request.getfixturevalue(f"{backend}_store").database(minor)
    world = World.configured(url, minor, environ, tokens=TOKENS, max_log_characters=1_000)
    world.dag("etl", {"load": []})
    world.run("etl", "run one")
    world.task_instance("etl", "run one", "load", hostname="127.0.0.1")
    with api_of(world) as told:
        yield told
    world.close()


def place(folder: Path) -> Path:
    path = folder / "dag_id=etl/run_id=run one/task_id=load/attempt=1.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def test_a_log_is_text_to_who_takes_anything(logged: Api, tmp_path: Path) -> None:
    place(tmp_path).write_text("began é\n\nended\n")

    for accept in ("*/*", "text/*", "text/plain", "application/json;q=0.5, text/plain"):
        answer = logged.send("GET", f"{LOG}/1", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith("text/plain")
        assert answer.text == HEADER.format(path=place(tmp_path)) + "began é\nended\n"


def test_a_log_is_a_printed_list_to_who_takes_json(logged: Api, tmp_path: Path) -> None:
    place(tmp_path).write_text("began é\nended\n")

    for accept in ("application/json", "application/json, text/plain;q=0.1", "image/png"):
        told = logged.send("GET", f"{LOG}/1", headers={"Accept": accept}).json()
        [(host, content)] = ast.literal_eval(told["content"])
        assert f"{host}\n{content}" == HEADER.format(path=place(tmp_path)) + "began é\nended"


def test_tokens_lead_through_a_long_log_to_its_end(logged: Api, tmp_path: Path) -> None:
    lines = [f"line {number}" for number in range(500)]
    place(tmp_path).write_text("\n".join(lines))
    found, token, pages = "", "", count()
    while next(pages) < 20:
        query = {"token": token} if token else {}
        told = logged.send("GET", f"{LOG}/1", headers={"Accept": "application/json"}, params=query).json()
        [(_, content)] = ast.literal_eval(told["content"])
        if token and not content:
            break
        found += content
        token = told["continuation_token"]

    assert found.partition("::endgroup::\n")[2] == "\n".join(lines)
    assert next(pages) == len("\n".join(lines)) // 1_000 + 2


@pytest.mark.parametrize("token", ["bogus", "e30.REj0CIP8hGLZQm9vU_oO9S-zP-s", "é", ".", "..", "WzFd.x"])
def test_a_token_of_nobody_is_refused(logged: Api, token: str) -> None:
    answer = logged.send("GET", f"{LOG}/1", params={"token": token})

    assert answer.status_code == 400
    assert answer.json()["title"] == "Bad Signature. Please use only the tokens provided by the API."


def test_a_try_that_cannot_be_is_told_as_airflow_tells_it(logged: Api) -> None:
    invalid = logged.send("GET", f"{LOG}/0")
    missing = logged.send("GET", f"{LOG}/1", params={"map_index": 5})
    strange = logged.send("GET", f"{LOG}/-1")

    if logged.world.generation.number == 2:
        assert invalid.text == "default_host\nError fetching the logs. Try number 0 is invalid.\n"
    else:
        assert invalid.status_code == 404
    assert (missing.status_code, missing.json()["title"]) == (404, "TaskInstance not found")
    assert strange.status_code == 404


def test_a_viewer_reads_logs_and_a_stranger_does_not(logged: Api, tmp_path: Path) -> None:
    place(tmp_path).write_text("for viewers")

    assert logged.send("GET", f"{LOG}/1", token=VIEWER).text.endswith("for viewers\n")
    assert logged.send("GET", f"{LOG}/1", token=None).status_code == 401


def test_the_head_of_a_log_has_no_body(logged: Api, tmp_path: Path) -> None:
    place(tmp_path).write_text("x" * 10_000)

    answer = logged.send("HEAD", f"{LOG}/1")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_run_whose_id_needs_quoting_has_a_log(logged: Api, tmp_path: Path) -> None:
    run_id = "a+b?c=d&é"
    logged.world.run("etl", run_id, 1)
    logged.world.task_instance("etl", run_id, "load", hostname="127.0.0.1")
    path = tmp_path / f"dag_id=etl/run_id={run_id}/task_id=load/attempt=1.log"
    path.parent.mkdir(parents=True)
    path.write_text("quoted")

    assert logged.send("GET", f"/dags/etl/dagRuns/{quote(run_id)}/taskInstances/load/logs/1").text.endswith("quoted\n")


@pytest.mark.slow
@pytest.mark.parametrize("logged", ["2.11-sqlite"], indirect=True)
def test_two_gigabytes_are_streamed_in_constant_memory(logged: Api, tmp_path: Path) -> None:
    size = 2 << 30
    with place(tmp_path).open("wb") as file:
        file.write(b"began\n")
        # Nothing is written to the disk for it: what is read there are zeros.
        file.truncate(size)
        file.seek(size - 7)
        file.write(b"\nended\n")
    process = psutil.Process()
    usual = process.memory_info().rss
    peaks: list[int] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            peaks.append(process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    received, tail = 0, b""
    address = f"{logged.address}{LOG}/1?full_content=true"
    try:
        with httpx.stream("GET", address, headers={"Authorization": f"Bearer {ADMIN}"}, timeout=60) as answer:
            for piece in answer.iter_bytes():
                received += len(piece)
                tail = (tail + piece)[-20:]
    finally:
        ended.set()
        watcher.join()

    assert tail.endswith(b"\nended\n")
    assert size < received < size * 1.01
    assert max(peaks) - usual < 100 << 20
