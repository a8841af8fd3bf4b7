"""What the commands need: to find a database, to open it, and to say what was found."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from resolvers.airflow_config import AirflowConfig, Found
from resolvers.errors import Invalid, Problem
from resolvers.metadata.address import address_of
from resolvers.metadata.generation import Capability
from resolvers.service import Service
from resolvers.settings import PREFIX, Settings, refuse_from_elsewhere
from resolvers.tokens import StaticToken, static_tokens

# The settings of which a refusal is about callers.
_OF_CALLERS = (
    *("authentication", "tokens", "tokens_file", "anonymous_role"),
    *("oidc_issuer", "oidc_audience", "oidc_roles"),
)

# How the names of the tables of users and their roles begin, which not everybody needs.
_USERS = "ab_"

# The ways to prove who one is, in words; of a user's own there is only the name.
_WAYS = {
    "basic": "users of Airflow by their passwords (HTTP Basic)",
    "jwt": "'Authorization: Bearer <token>' with tokens of Airflow's own API",
    "simple": "users of Airflow's SimpleAuthManager by their passwords (HTTP Basic)",
    "oidc": "'Authorization: Bearer <token>' with tokens of an OpenID Connect provider",
    "kerberos": "users of Airflow by Kerberos (HTTP Negotiate)",
}


@dataclass(frozen=True)
class Opened:
    """A service, and where its database was found."""

    service: Service
    database: Found


def open_service(settings: Settings) -> Opened:
    """Find Airflow's metadata database as Airflow does, open it and find out what it is of.

    Raises Invalid where nobody could ever authenticate, or where anybody could from elsewhere.
    """
    config = AirflowConfig.discover(settings.airflow_home)
    found = config.database(settings)
    service = Service.open(settings, config, found.value)
    try:
        _check_callers(service)
    except Problem:
        service.close()
        raise
    return Opened(service, found)


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
        subject = "callers" if problem.field in _OF_CALLERS else "metadata"
        return [*findings, Finding(Level.BAD, subject, problem.detail, problem.hint)]
    try:
        findings += _of_metadata(service)
        findings.append(_fernet_key(service))
    except Problem as problem:
        findings.append(Finding(Level.BAD, "metadata", problem.detail, problem.hint))
    finally:
        service.close()
    return [*findings, _log_folder(config, settings), _callers(service)]


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
    unreadable = [name for name in rights.unreadable if _asks_users(service) or not name.startswith(_USERS)]
    if unreadable:
        told = f"no right to read {', '.join(unreadable)}"
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


def _asks_users(service: Service) -> bool:
    return any(name != "tokens" for name in service.callers.methods)


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


def _callers(service: Service) -> Finding:
    try:
        _check_callers(service)
    except Problem as problem:
        return Finding(Level.BAD, "callers", f"serve will refuse to start: {problem.detail}", problem.hint)
    level = Level.GOOD if _proving(service) else Level.NOTE
    return Finding(level, "callers", callers(service))


def _check_callers(service: Service) -> None:
    anonymous = service.callers.anonymous()
    if anonymous is None and not _proving(service):
        raise Invalid(
            "Nobody could authenticate.",
            field="authentication",
            hint=f"Set {PREFIX}TOKENS=name:role:token, or {PREFIX}AUTHENTICATION=basic for the users of Airflow; or "
            f"{PREFIX}ANONYMOUS_ROLE=viewer to try it on this machine.",
        )
    if anonymous is not None and anonymous.grants:
        refuse_from_elsewhere(service.settings, str(anonymous.role))


def callers(service: Service) -> str:
    """Return, in words, how callers say who they are."""
    told = _proving(service)
    anonymous = service.callers.anonymous()
    if anonymous is not None:
        everywhere = service.settings.anonymous_anywhere or not anonymous.grants
        told.append(f"without credentials as {anonymous.role}" + ("" if everywhere else ", from this machine alone"))
    return "; ".join(told)


def _proving(service: Service) -> list[str]:
    """Return, in words, the ways to prove who one is that somebody could take."""
    settings = service.settings
    holders = ", ".join(f"{token.name} ({_limited(token)})" for token in static_tokens(settings))
    told = []
    for name in service.callers.methods:
        match name:
            case "tokens":
                told += [f"'Authorization: Bearer <token>' as {holders}"] if holders else []
            case "header":
                told += [f"'{settings.token_header}: <token>' as {holders}"] if holders else []
            case "proxy":
                told.append(f"'{settings.proxy_user_header}: <name>' from {', '.join(settings.proxy_addresses)}")
            case _:
                told.append(_WAYS.get(name, name))
    told += [f"the secret of the dialect {name}" for name in service.callers.dialects]
    return told


def _limited(token: StaticToken) -> str:
    return token.role.value if token.dags is None else f"{token.role.value} of {', '.join(sorted(token.dags))}"
