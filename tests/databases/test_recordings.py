"""The recordings are whole: every minor version, each of its files, and nothing of the machine that made them."""

import base64
import json
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

FOLDER = Path(__file__).parent
HEADS = {
    "2.9": "686269002441",
    "2.10": "5f2621c13b39",
    "2.11": "5f2621c13b39",
    "3.0": "fe199e1abd77",
    "3.1": "509b94a1042d",
    "3.2": "1d6611b6ab7c",
    "3.3": "d2f4e1b3c5a7",
}
"""The last migration of each minor version, as Airflow's own list of migrations names it."""
FILES = {"sqlite.sql", "postgresql.sql", "serialized.json", "compressed.json", "facts.json", "runs.json"}
ON_MYSQL = {"2.11", "3.3"}
"""The minor versions whose tables on MySQL are kept as well, as `mysql.sql`."""

every_minor = pytest.mark.parametrize("minor", HEADS)


def recorded(minor: str, name: str) -> Any:
    return json.loads((FOLDER / minor / name).read_text(encoding="utf-8"))


@every_minor
def test_every_minor_version_is_recorded_whole(minor: str) -> None:
    more = {"mysql.sql"} if minor in ON_MYSQL else set()
    assert {path.name for path in (FOLDER / minor).iterdir()} == FILES | more


@every_minor
def test_the_sqlite_layout_loads_and_is_at_the_head_of_its_version(minor: str) -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.executescript((FOLDER / minor / "sqlite.sql").read_text(encoding="utf-8"))
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEADS[minor],)]
        assert connection.execute("SELECT pool FROM slot_pool").fetchall() == [("default_pool",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


@every_minor
def test_both_backends_have_the_same_tables(minor: str) -> None:
    tables = {
        backend: {
            line.split()[2].removeprefix("public.").strip('"')
            for line in (FOLDER / minor / f"{backend}.sql").read_text(encoding="utf-8").splitlines()
            if line.startswith("CREATE TABLE")
        }
        for backend in ("sqlite", "postgresql")
    }
    assert tables["sqlite"] == tables["postgresql"]
    assert {"dag", "dag_run", "task_instance", "serialized_dag"} <= tables["sqlite"]


@every_minor
def test_the_postgresql_layout_needs_no_psql(minor: str) -> None:
    text = (FOLDER / minor / "postgresql.sql").read_text(encoding="utf-8")
    assert f"INSERT INTO public.alembic_version VALUES ('{HEADS[minor]}');" in text
    assert not [line for line in text.splitlines() if line.startswith(("\\", "SET ", "--")) or "OWNER TO" in line]


@every_minor
def test_each_serialized_dag_comes_with_its_facts_and_its_first_run(minor: str) -> None:
    serialized = recorded(minor, "serialized.json")
    facts, runs = recorded(minor, "facts.json"), recorded(minor, "runs.json")
    assert serialized.keys() == facts.keys() == runs.keys()
    assert len(serialized) > 60
    for dag_id, data in serialized.items():
        assert data["dag"].get("dag_id", data["dag"].get("_dag_id")) == dag_id
        assert len(data["dag"]["tasks"]) == len(facts[dag_id]["tasks"])
        assert runs[dag_id]["dag_run"]["state"] == "queued"


@every_minor
def test_compressed_dags_say_what_the_plain_ones_say(minor: str) -> None:
    serialized = recorded(minor, "serialized.json")
    compressed = recorded(minor, "compressed.json")
    assert compressed
    for dag_id, text in compressed.items():
        assert json.loads(zlib.decompress(base64.b64decode(text))) == serialized[dag_id]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_nothing_of_the_recording_machine_is_kept(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "/tmp/" not in text.replace("/tmp/there", "")  # noqa: S108 - a path that a DAG of ours names
