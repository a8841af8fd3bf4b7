"""Whichever driver a database URL names, ours opens the same database; what is left out is told."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import URL, create_engine

from resolvers.errors import Invalid, Unsupported
from resolvers.metadata.address import address_of


def connect_arguments(text: str) -> dict[str, Any]:
    """Return what the driver's `connect` would be given."""
    address = address_of(text)
    _, arguments = create_engine(address.url).dialect.create_connect_args(address.url)
    arguments.pop("context", None)  # SQLAlchemy's own adapters of psycopg
    return {**arguments, **address.options}


@pytest.mark.parametrize(
    "scheme",
    ["postgres", "postgresql", "postgresql+psycopg2", "postgresql+psycopg", "postgresql+asyncpg", "postgresql+pg8000"],
)
def test_every_driver_of_postgresql_means_psycopg(scheme: str) -> None:
    address = address_of(f"{scheme}://bob:p%40ss%2Fword@db.example:5433/airflow")
    assert address.url.drivername == "postgresql+psycopg"
    assert address.backend == "postgresql"
    assert address.url.password == "p@ss/word"
    assert address.warnings == ()
    arguments = connect_arguments(f"{scheme}://bob:x@db.example:5433/airflow")
    assert arguments == {
        "host": "db.example",
        "port": 5433,
        "user": "bob",
        "password": "x",
        "dbname": "airflow",
    }


def test_options_of_libpq_are_kept() -> None:
    arguments = connect_arguments(
        "postgresql+psycopg2://u@/airflow?host=/run/postgresql&sslmode=verify-full&sslrootcert=/ca.pem"
        "&options=-csearch_path%3Dairflow&connect_timeout=3&application_name=x&target_session_attrs=read-write"
    )
    assert arguments == {
        "user": "u",
        "dbname": "airflow",
        "host": "/run/postgresql",
        "sslmode": "verify-full",
        "sslrootcert": "/ca.pem",
        "options": "-csearch_path=airflow",
        "connect_timeout": "3",
        "application_name": "x",
        "target_session_attrs": "read-write",
    }


def test_several_hosts_are_kept() -> None:
    arguments = connect_arguments("postgresql://u@/airflow?host=a:5432&host=b:5433")
    assert arguments["host"] == "a,b"
    assert arguments["port"] == "5432,5433"


@pytest.mark.parametrize(
    ("ssl", "sslmode"), [("true", "require"), ("require", "require"), ("verify-ca", "verify-ca"), ("false", "disable")]
)
def test_the_encryption_that_asyncpg_was_asked_for_stays(ssl: str, sslmode: str) -> None:
    assert connect_arguments(f"postgresql+asyncpg://u@h/airflow?ssl={ssl}")["sslmode"] == sslmode


def test_options_that_our_driver_does_not_know_are_left_out_and_named_without_their_values() -> None:
    address = address_of("postgresql+asyncpg://u@h/airflow?prepared_statement_cache_size=0&keyfile=s3cr3t")
    assert dict(address.url.query) == {}
    assert len(address.warnings) == 2
    assert "prepared_statement_cache_size" in "".join(address.warnings)
    assert "s3cr3t" not in "".join(address.warnings)


@pytest.mark.parametrize(
    "scheme", ["mysql", "mysql+mysqldb", "mysql+mysqlconnector", "mysql+pymysql", "mysql+aiomysql", "mariadb"]
)
def test_every_driver_of_mysql_means_pymysql(scheme: str) -> None:
    address = address_of(f"{scheme}://u:p@h:3307/airflow?unix_socket=/run/mysqld.sock&use_unicode=1")
    assert address.url.drivername == "mysql+pymysql"
    assert address.backend == "mysql"
    assert dict(address.url.query) == {"charset": "utf8mb4", "unix_socket": "/run/mysqld.sock"}
    assert len(address.warnings) == 1


@pytest.mark.parametrize(
    ("query", "ssl"),
    [
        ("ssl_mode=REQUIRED", {"verify_mode": False, "check_hostname": False}),
        ("ssl=true", {"verify_mode": False, "check_hostname": False}),
        ("ssl_mode=REQUIRED&ssl_ca=/ca", {"ca": "/ca", "verify_mode": True, "check_hostname": False}),
        ("ssl_mode=VERIFY_IDENTITY&ssl_ca=/ca", {"ca": "/ca", "verify_mode": True, "check_hostname": True}),
    ],
)
def test_the_encryption_that_mysql_was_asked_for_stays(query: str, ssl: dict[str, object]) -> None:
    assert address_of(f"mysql+mysqldb://u:p@h/airflow?{query}").options == {"ssl": ssl}


@pytest.mark.parametrize("query", ["", "?ssl_mode=DISABLED", "?ssl_mode=PREFERRED", "?charset=utf8"])
def test_mysql_without_encryption_asks_for_none(query: str) -> None:
    assert address_of(f"mysql://u:p@h/airflow{query}").options == {}


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"])
def test_every_driver_of_sqlite_means_the_standard_library(scheme: str) -> None:
    address = address_of(f"{scheme}:////opt/airflow/airflow.db?timeout=3&check_same_thread=false")
    assert address.url.drivername == "sqlite"
    assert address.url.database == "/opt/airflow/airflow.db"
    assert dict(address.url.query) == {"timeout": "3"}
    assert len(address.warnings) == 1


def test_a_relative_path_is_made_whole_and_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    address = address_of("sqlite:///data/airflow.db")
    assert address.url.database == str(tmp_path / "data/airflow.db")
    assert address.warnings == (f"The database URL names a relative path: taken as {tmp_path}/data/airflow.db.",)


def test_a_sqlite_uri_names_the_same_file() -> None:
    assert address_of("sqlite:///file:/opt/airflow.db?mode=ro&uri=true").url.database == "/opt/airflow.db"


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true"])
def test_a_database_in_memory_is_nobodys_airflow(url: str) -> None:
    with pytest.raises(Invalid, match="no SQLite file") as raised:
        address_of(url)
    assert "four slashes" in str(raised.value.hint)


@pytest.mark.parametrize(
    "url", ["", "s3cr3t", "host=h password=s3cr3t", "postgresql//u:s3cr3t@h/d", "postgresql://u:s3cr3t@h:port/d"]
)
def test_what_is_no_url_is_not_shown(url: str) -> None:
    with pytest.raises(Invalid, match="cannot be read") as raised:
        address_of(url)
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"
    assert raised.value.__cause__ is None


def test_a_url_without_a_database_is_told() -> None:
    with pytest.raises(Invalid, match="names no database"):
        address_of("postgresql://u:p@h/")


@pytest.mark.parametrize("scheme", ["oracle", "mssql+pyodbc", "http", "redis"])
def test_other_backends_are_told_as_such(scheme: str) -> None:
    with pytest.raises(Unsupported, match=f"^{scheme.partition('+')[0]} is no database") as raised:
        address_of(f"{scheme}://u:s3cr3t@h/d")
    assert "postgresql://" in str(raised.value.hint)
    assert "s3cr3t" not in f"{raised.value.detail} {raised.value.hint}"


def test_an_address_hides_its_password() -> None:
    address = address_of(URL.create("postgresql", "bob", "s3cr3t", "h", database="airflow"))
    assert "s3cr3t" not in f"{address} {address!r}"
    assert str(address) == "postgresql+psycopg://bob:***@h/airflow"
