"""Which of our drivers a database URL means, whichever driver it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from psycopg.pq import Conninfo
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from resolvers.errors import Invalid, Unsupported

_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}

_HINT = "Airflow's metadata lies on PostgreSQL, MySQL or SQLite: postgresql://user:password@host:5432/airflow"

# Everything that libpq understands, which is also what psycopg2 passes on.
_LIBPQ = frozenset(option.keyword.decode() for option in Conninfo.get_defaults())

_PYMYSQL = frozenset(
    {"charset", "connect_timeout", "read_timeout", "write_timeout", "unix_socket", "read_default_file"}
    | {
        "read_default_group",
        "ssl_ca",
        "ssl_cert",
        "ssl_key",
        "ssl_capath",
        "ssl_cipher",
        "ssl_check_hostname",
    }
)

_SQLITE = frozenset({"timeout"})


@dataclass(frozen=True)
class Address:
    """Where the database is, in our drivers' words.

    `url` names one of our three drivers; `options` are further arguments of its `connect`; `warnings` say
    what of the original URL was left out. The password is in `url` alone, which hides it when printed.
    """

    url: URL
    options: Mapping[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def backend(self) -> str:
        """Return `postgresql`, `mysql` or `sqlite`."""
        return self.url.get_backend_name()

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)


def address_of(text: str | URL) -> Address:
    """Return our address for a URL in Airflow's or SQLAlchemy's words.

    Raises Invalid for what is no URL, Unsupported for another backend; the message never holds the URL,
    since what cannot be understood may be a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise Invalid("The database URL cannot be read.", field="database", hint=_HINT) from None
    backend = url.drivername.partition("+")[0]
    if backend not in _DRIVERS:
        raise Unsupported(f"{backend} is no database that Airflow runs on.", field="database", hint=_HINT)
    url = url.set(drivername=_DRIVERS[backend])
    if backend == "sqlite":
        return _sqlite(url)
    if not url.database:
        raise Invalid("The database URL names no database.", field="database", hint=_HINT)
    return _mysql(url) if url.get_backend_name() == "mysql" else _postgresql(url)


def _postgresql(url: URL) -> Address:
    query = dict(url.query)
    # asyncpg's spelling of sslmode; its values are those of libpq, and booleans.
    ssl = query.pop("ssl", None)
    if isinstance(ssl, str) and "sslmode" not in query:
        query["sslmode"] = {"true": "require", "1": "require", "false": "disable", "0": "disable"}.get(ssl.lower(), ssl)
    return _kept(url.set(query=query), _LIBPQ)


def _mysql(url: URL) -> Address:
    query = {name: value if isinstance(value, str) else value[-1] for name, value in url.query.items()}
    # How mysqlclient and Connector/Python ask for encryption; PyMySQL encrypts when `ssl` is not empty.
    mode = query.pop("ssl_mode", query.pop("sslmode", "")).upper()
    wanted = mode in {"REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY"} or query.pop("ssl", "").lower() in {
        "true",
        "1",
    }
    options: dict[str, object] = {}
    if wanted:
        files = {name: query.pop(f"ssl_{name}", None) for name in ("ca", "cert", "key", "capath")}
        options["ssl"] = {
            **{name: file for name, file in files.items() if file},
            "verify_mode": mode.startswith("VERIFY") or files["ca"] is not None,
            "check_hostname": mode == "VERIFY_IDENTITY",
        }
    kept = _kept(url.set(query={"charset": "utf8mb4", **query}), _PYMYSQL)
    return Address(kept.url, options, kept.warnings)


def _sqlite(url: URL) -> Address:
    path = url.database or ""
    if path.startswith("file:"):
        path = path.removeprefix("file:").partition("?")[0]
    if path in {"", ":memory:"} or url.query.get("mode") == "memory":
        raise Invalid(
            "The database URL names no SQLite file.",
            field="database",
            hint="Write sqlite:////opt/airflow/airflow.db: four slashes, then the path from the root.",
        )
    whole = Path(path).expanduser().absolute()
    address = _kept(url.set(database=str(whole)), _SQLITE)
    if Path(path).is_absolute():
        return address
    warning = f"The database URL names a relative path: taken as {whole}."
    return Address(address.url, warnings=(*address.warnings, warning))


def _kept(url: URL, known: frozenset[str]) -> Address:
    """Drop what our driver would refuse, and say so by name (a value may be a secret)."""
    dropped = sorted(set(url.query) - known)
    warnings = (f"Option {name} of the database URL means nothing to our driver: left out." for name in dropped)
    return Address(url.difference_update_query(dropped), warnings=tuple(warnings))
