"""What `airflow-graph check` finds, and what it says to do."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

from graph.__main__ import main
from tests.stores import SQLiteStore
from tests.world import FERNET_KEY, World


@pytest.fixture(autouse=True)
def no_airflow_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AIRFLOW_HOME", str(tmp_path))


def check(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["check", *arguments], env=environment)
    return result.exit_code, result.output


def test_a_healthy_installation_is_told_without_advice_to_mend_it(world: World, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()

    code, told = check("--db", world.url, AIRFLOW_GRAPH_TOKENS="ada:admin:hush", AIRFLOW_GRAPH_FERNET_KEY=FERNET_KEY)

    assert code == 0
    assert f"Airflow {world.generation.minor}, migration" in told
    assert "as ada (admin)" in told
    assert "hush" not in told
    assert FERNET_KEY not in told
    assert "missing" not in told


def test_a_missing_fernet_key_matters_once_something_is_encrypted(sqlite_store: SQLiteStore) -> None:
    url = sqlite_store.database("2.11")
    assert "note     Fernet key" in check("--db", url, AIRFLOW_GRAPH_TOKENS="a:admin:t")[1]

    world = World.open(url, "2.11")
    world.insert("variable", {"key": "k", "val": "gAAA", "is_encrypted": True})
    world.close()

    code, told = check("--db", url, AIRFLOW_GRAPH_TOKENS="a:admin:t")
    assert code == 1
    assert "missing  Fernet key" in told
    assert "-> Set AIRFLOW_GRAPH_FERNET_KEY" in told


def test_a_migration_that_is_not_known_is_told(sqlite_store: SQLiteStore) -> None:
    url = sqlite_store.database("3.3")
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'fromthefuture'")

    _, told = check("--db", url, AIRFLOW_GRAPH_TOKENS="a:admin:t")

    assert "migration fromthefuture, which is not known here: reading works, writes are refused" in told


def test_the_configuration_of_airflow_is_found(sqlite_store: SQLiteStore, tmp_path: Path) -> None:
    url = sqlite_store.database("2.11")
    (tmp_path / "airflow.cfg").write_text(f"[database]\nsql_alchemy_conn = {url}\n")

    _, told = check(AIRFLOW_GRAPH_TOKENS="a:admin:t")

    assert str(tmp_path / "airflow.cfg") in told
    assert "Airflow 2.11" in told


@pytest.mark.parametrize(
    ("database", "says"),
    [
        ("postgresql://nobody@127.0.0.1:1/airflow", "cannot be reached"),
        ("sqlite:////nowhere/airflow.db", "There is no SQLite file"),
        ("oracle://scott@db/airflow", "oracle"),
        ("not a url", "URL"),
    ],
)
def test_what_cannot_be_opened_is_told_with_what_to_do(database: str, says: str) -> None:
    code, told = check("--db", database)

    assert code == 1
    assert says in told
    assert "->" in told
    assert "Traceback" not in told


def test_a_database_that_is_not_airflows_is_told(tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    sqlite3.connect(file).executescript("CREATE TABLE customer (id INTEGER)")

    code, told = check("--db", f"sqlite:///{file}")

    assert code == 1
    assert "not the metadata database of an Airflow" in told


def test_a_password_in_the_url_is_not_shown() -> None:
    _, told = check("--db", "postgresql://ada:hush@127.0.0.1:1/airflow")

    assert "hush" not in told


def test_the_users_of_airflow_are_told_as_callers(sqlite_store: SQLiteStore) -> None:
    told = check("--db", sqlite_store.database("2.11"), AIRFLOW_GRAPH_AUTHENTICATION="basic")[1]
    without = check("--db", sqlite_store.database("3.3"), AIRFLOW_GRAPH_AUTHENTICATION="basic")

    assert "ok       callers     users of Airflow by their passwords (HTTP Basic)" in told
    assert without[0] == 1
    assert "missing  callers" in without[1]
    assert "no table ab_user" in without[1]


def test_the_ways_of_airflow_itself_are_told(sqlite_store: SQLiteStore) -> None:
    asked = {"AIRFLOW_GRAPH_AUTHENTICATION": "airflow", "AIRFLOW__API__AUTH_BACKENDS": "acme.auth.session"}
    url = sqlite_store.database("2.11")

    code, told = check("--db", url, **asked)
    assert (code, "serve will refuse to start: Nobody could authenticate." in told) == (1, True)

    asked["AIRFLOW__API__AUTH_BACKENDS"] = "airflow.api.auth.backend.basic_auth"
    assert "users of Airflow by their passwords" in check("--db", url, **asked)[1]
