"""What the commands need: to find a database, to open it, and to say what was found."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from resolvers.airflow_config import AirflowConfig, Found
from resolvers.errors import Problem
from resolvers.metadata.address import address_of
from resolvers.metadata.generation import Capability
from resolvers.service import Service
from resolvers.settings import Settings
from resolvers.tokens import StaticToken, static_tokens


@dataclass(frozen=True)
class Opened:
    """A service, and where its database was found."""

    service: Service
    database: Found


def open_service(settings: Settings) -> Opened:
    """Find Airflow's metadata database as Airflow does, open it and find out what it is of."""
    config = AirflowConfig.discover(settings.airflow_home)
    found = config.database(settings)
    return Opened(Service.open(settings, config, found.value), found)


class Level(StrEnum):
    """How a finding is to be taken."""

    GOOD = "ok"
    NOTE = "note"
    BAD = "missing"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what was found, and what to do about it."""

    level: Level
    subject: str
    found: str
    advice: str | None = None


def place_of(url: str) -> str:
    """Return a database URL without its password and options, for people; `Invalid` for what is no URL."""
    address = address_of(url)
    return address.url.set(drivername=address.backend, query={}).render_as_string(hide_password=True)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that serving needs, and say what is there and what is missing.

    Nothing is written. A database that cannot be opened ends the list.
    """
    config = AirflowConfig.discover(settings.airflow_home)
    findings: list[Finding] = []
    try:
        found = config.database(settings)
    except Problem as problem:
        return [Finding(Level.BAD, "database", problem.detail, problem.hint)]
    try:
        place = place_of(found.value)
        findings.append(Finding(Level.GOOD, "database", f"{place}, from {found.source}"))
        findings += [Finding(Level.NOTE, "database", warning) for warning in address_of(found.value).warnings]
        service = Service.open(settings, config, found.value)
    except Problem as problem:
        return [*findings, Finding(Level.BAD, "metadata", problem.detail, problem.hint)]
    try:
        findings += _of_metadata(service)
        findings.append(_fernet_key(service))
    except Problem as problem:
        findings.append(Finding(Level.BAD, "metadata", problem.detail, problem.hint))
    finally:
        service.close()
    return [*findings, _log_folder(config, settings), _callers(settings)]


def _of_metadata(service: Service) -> list[Finding]:
    generation = service.generation
    told = f"Airflow {generation.minor}, migration {generation.migration}"
    findings = [
        Finding(Level.GOOD, "metadata", told)
        if generation.known
        else Finding(
            Level.NOTE,
            "metadata",
            f"{told}, which is not known here: reading works, writes are refused",
            "Upgrade airflow-graph; or set AIRFLOW_GRAPH_UNKNOWN_MIGRATION_WRITES=true at your own risk.",
        )
    ]
    rights = service.rights()
    findings.append(Finding(Level.GOOD, "read", f"{len(rights.readable)} tables"))
    if rights.unreadable:
        told = f"no right to read {', '.join(rights.unreadable)}"
        findings.append(Finding(Level.BAD, "read", told, "GRANT SELECT on them."))
    if rights.unwritable:
        advice = "GRANT INSERT, UPDATE and DELETE on them, or serve for reading alone."
        findings.append(Finding(Level.NOTE, "write", f"no right to change {', '.join(rights.unwritable)}", advice))
    else:
        findings.append(Finding(Level.GOOD, "write", f"{len(rights.writable)} tables"))
    missing = [str(capability) for capability in Capability if not generation.can(capability)]
    if missing:
        findings.append(Finding(Level.NOTE, "metadata", f"this Airflow has no {', no '.join(missing)}"))
    return findings


def _fernet_key(service: Service) -> Finding:
    found = service.config.fernet_key(service.settings)
    if found is not None and found.value:
        return Finding(Level.GOOD, "Fernet key", f"from {found.source}")
    advice = "Set AIRFLOW_GRAPH_FERNET_KEY, or AIRFLOW__CORE__FERNET_KEY, to the key that Airflow uses."
    if service.has_encrypted_variables():
        return Finding(Level.BAD, "Fernet key", "none, but variables are encrypted: they cannot be read", advice)
    return Finding(Level.NOTE, "Fernet key", "none; variables are stored, and will be, in the clear", advice)


def _log_folder(config: AirflowConfig, settings: Settings) -> Finding:
    found = config.log_folder(settings)
    if Path(found.value).is_dir():
        return Finding(Level.GOOD, "log folder", f"{found.value}, from {found.source}")
    return Finding(
        Level.NOTE,
        "log folder",
        f"{found.value} (from {found.source}) is not here: task logs cannot be read",
        "Mount Airflow's log folder and set AIRFLOW_GRAPH_LOG_FOLDER.",
    )


def _callers(settings: Settings) -> Finding:
    try:
        tokens = static_tokens(settings)
    except Problem as problem:
        return Finding(Level.BAD, "callers", problem.detail, problem.hint)
    if tokens or not {"tokens", "header"}.issuperset(settings.authentication):
        return Finding(Level.GOOD, "callers", callers(settings))
    if settings.anonymous_role is not None:
        return Finding(Level.NOTE, "callers", callers(settings))
    return Finding(
        Level.BAD,
        "callers",
        "nobody could authenticate: serve will refuse to start",
        "Set AIRFLOW_GRAPH_TOKENS=name:role:token, or AIRFLOW_GRAPH_ANONYMOUS_ROLE=viewer to try it on this machine.",
    )


def _limited(token: StaticToken) -> str:
    return token.role.value if token.dags is None else f"{token.role.value} of {', '.join(sorted(token.dags))}"


def callers(settings: Settings) -> str:
    """Return, in words, how callers say who they are."""
    told = []
    ways = set(settings.authentication)
    tokens = static_tokens(settings)
    if tokens:
        names = ", ".join(f"{token.name} ({_limited(token)})" for token in tokens)
        forms = ["Authorization: Bearer <token>"] if "tokens" in ways else []
        forms += [f"{settings.token_header}: <token>"] if "header" in ways else []
        told += [f"{' or '.join(map(repr, forms))} as {names}"] if forms else []
    if "kerberos" in ways:
        told.append("a Kerberos ticket as Airflow's user of that name")
    if "proxy" in ways:
        role = settings.proxy_role or settings.proxy_role_header or "Airflow's user of that name"
        told.append(f"{settings.proxy_user_header} from {', '.join(settings.proxy_addresses)} as {role}")
    if settings.anonymous_role is not None:
        told.append(f"without credentials as {settings.anonymous_role.value}, from this machine alone")
    return "; ".join(told)
