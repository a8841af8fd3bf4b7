"""Logs in remote stores, by the protocols of fsspec; here its store in memory."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from resolvers.sources.logs import remote
from resolvers.sources.logs.remote import RemoteLogs
from tests.resolvers.logs.conftest import Opening, written
from tests.resolvers.logs.test_reading import log_of

RELATIVE = "dag_id=etl/run_id=run one/task_id=load/attempt=1.log"


@pytest.fixture
def bucket() -> Iterator[str]:
    """Return the address of an empty folder in a store of this process."""
    fsspec = pytest.importorskip("fsspec", reason="needs the extra [remote-logs]")
    name = f"memory://logs-{uuid4()}"
    yield name
    store, folder = fsspec.url_to_fs(name)
    if store.exists(folder):
        store.rm(folder, recursive=True)


def put(bucket: str, path: str, content: str) -> None:
    with pytest.importorskip("fsspec").open(f"{bucket}/{path}", "w") as file:
        file.write(content)


def options(bucket: str) -> dict[str, object]:
    return {"LOGGING__REMOTE_LOGGING": "True", "LOGGING__REMOTE_BASE_LOG_FOLDER": bucket}


def test_a_log_of_the_store_is_told_before_that_of_the_folder(opening: Opening, bucket: str, tmp_path: Path) -> None:
    put(bucket, RELATIVE, "from the store\n")
    put(bucket, RELATIVE.replace("=1.log", "=10.log"), "of another try\n")
    written(tmp_path, "from the folder")
    world = opening(**options(bucket))
    world.task_instance("etl", "run one", "load")

    told = log_of(world)

    assert told["content"] == "from the store"
    assert told["notes"][0] == "Found remote logs:"


def test_what_is_not_in_the_store_is_looked_for_elsewhere(opening: Opening, bucket: str, tmp_path: Path) -> None:
    written(tmp_path, "from the folder")
    world = opening(**options(bucket))
    world.task_instance("etl", "run one", "load")

    assert log_of(world)["content"] == "from the folder"


def test_a_store_that_cannot_be_asked_is_told_beside_the_log() -> None:
    found = RemoteLogs("nowhere://logs", {}).find(RELATIVE)

    assert found.texts == ()
    assert found.notes[0].startswith("Remote logs (nowhere://logs) ")


def test_without_fsspec_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "fsspec", None)

    assert "airflow-graph[remote-logs] is not installed" in RemoteLogs("s3://logs", {}).find(RELATIVE).notes[0]
