"""Everything the service can be told, and what it does when it is told nothing."""

import difflib
import ipaddress
import json
import re
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import NoDecode, SettingsConfigDict

from resolvers.errors import Invalid
from resolvers.limits import Limits

PREFIX = "AIRFLOW_GRAPH_"
DEFAULT_PORT = 8088

# What HTTP lets the name of a header be.
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]

# Kubernetes tells every pod about the Services beside it: for one that is called
# airflow-graph by variables of these names, which are not meant for us.
_SERVICE_LINK = re.compile(r"(SERVICE_(HOST|PORT)(_\w+)?|PORT_\d+_(TCP|UDP)(_(PROTO|PORT|ADDR))?)")

# Variables of the same beginning, by which builds and tests of this project are told things.
_ELSEWHERE = re.compile(r"(BUILD|TEST)_\w+|LIVE")


class Role(StrEnum):
    """What a caller may do, each role including the ones before it, as Airflow's own roles do."""

    PUBLIC = "public"
    VIEWER = "viewer"
    USER = "user"
    OP = "op"
    ADMIN = "admin"


Asymmetric = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class Settings(Limits):
    """What the service was told, by the command line or else by `AIRFLOW_GRAPH_<NAME>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True, env_ignore_empty=True
    )

    # Where the metadata is
    database: SecretStr | None = Field(
        default=None,
        description="URL of Airflow's metadata database. Unset: found as Airflow finds it, from "
        "`AIRFLOW__DATABASE__SQL_ALCHEMY_CONN`, its `_CMD` form, or `airflow.cfg`.",
    )
    airflow_home: Path | None = Field(
        default=None, description="Folder that holds `airflow.cfg`. Unset: `$AIRFLOW_HOME`, else `~/airflow`."
    )
    airflow_version: str | None = Field(
        default=None,
        description="Version that `/api/v1/version` tells, such as `2.11.2`. Unset: the minor version, "
        "for a database tells no more.",
    )
    fernet_key: SecretStr | None = Field(
        default=None,
        description="Key, or comma-separated keys, for variables and connections: the first encrypts, all "
        "decrypt. Unset: Airflow's own `[core] fernet_key`.",
    )
    log_folder: Path | None = Field(
        default=None, description="Folder of the task logs. Unset: Airflow's own `[logging] base_log_folder`."
    )
    remote_log_options: SecretStr | None = Field(
        default=None,
        description="What fsspec is to know of the remote store of logs, as a JSON object, such as "
        '`{"profile": "logs"}`; which store is Airflow\'s own `[logging] remote_base_log_folder`. Needs '
        "`airflow-graph[remote-logs]`.",
    )

    airflow_command: str | None = Field(
        default=None,
        description="Airflow's own command line, such as `/opt/airflow/bin/airflow`: asked for what only Airflow "
        "knows, its providers, its plugins and whether a connection works. Unset: such questions are refused.",
    )
    airflow_commands: Annotated[tuple[Literal["test", "task_failed_deps", "render"], ...], NoDecode] = Field(
        default=(),
        description="Commands, comma-separated, that callers of REST dialects may have Airflow's command line carry "
        "out: `test`, `task_failed_deps`, `render`. They run code of DAGs on this machine, as this user.",
    )
    deploy_folder: Path | None = Field(
        default=None,
        description="Folder in which administrators may put DAG files by REST dialects, such as Airflow's own "
        "`dags_folder`. Unset: nobody may.",
    )

    # Where we listen
    host: str = Field(default="127.0.0.1", description="Address to listen on.", min_length=1)
    port: int = Field(default=DEFAULT_PORT, ge=0, le=65535, description="Port to listen on; 0 means any free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Number of server processes.")
    graphiql: bool = Field(default=True, description="Whether browsers are offered GraphiQL.")
    dialects: Annotated[tuple[Literal["stable", "experimental", "astronomer", "clairvoyant"], ...], NoDecode] = Field(
        default=("stable",),
        description="REST dialects served beside GraphQL, comma-separated: `stable`, `experimental`, `astronomer`, "
        "`clairvoyant`; `none` serves none.",
    )
    experimental_answers: Literal["original", "documented"] = Field(
        default="original",
        description="How the dialect `experimental` answers: as its original did, or as that one's documentation says.",
    )
    astronomer_answers: Literal["original", "documented"] = Field(
        default="documented",
        description="How the dialect `astronomer` answers: as its original did, or as that one's documentation says.",
    )
    astronomer_role: Role = Field(
        default=Role.USER,
        description="Role of callers who present the secret of `[airflow_api_plugin]` to the dialect `astronomer`.",
    )
    astronomer_shares_dags: bool = Field(
        default=False,
        description="Whether the dialect `astronomer` answers `GET /api/v1/dags` to callers whose `Authorization` is "
        "one word, such as the plugin's secret; all others get the stable API's answer.",
    )
    clairvoyant_answers: Literal["original", "documented"] = Field(
        default="original",
        description="How the dialect `clairvoyant` answers: as its original did, or as that one's documentation says.",
    )
    clairvoyant_role: Role = Field(
        default=Role.OP,
        description="Role of callers who present the token of `[rest_api_plugin]` to the dialect `clairvoyant`.",
    )

    cors_origins: Annotated[tuple[str, ...] | None, NoDecode] = Field(
        default=None,
        description="Origins, such as `https://apps.example.org`, whose pages may call; comma-separated, `*` for all, "
        "`none` for none. Unset: as Airflow's own `[api] access_control_allow_origins`, `_methods` and `_headers` say.",
    )

    # Who may ask
    authentication: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("tokens",),
        description="Ways in which callers may prove who they are, comma-separated, asked in this order: `tokens` "
        "(static ones), `header` (the same, in a header of their own), `basic` (user names and passwords of Airflow's "
        "FAB auth manager), `jwt` (tokens of Airflow 3, which `POST /auth/token` then gives out too), `simple` (user "
        "names and passwords of its SimpleAuthManager), `oidc` (tokens of an OpenID Connect issuer), `kerberos`, "
        "`proxy`, and names that other distributions bring; `airflow` stands for what Airflow's configuration says.",
    )
    tokens: SecretStr | None = Field(
        default=None,
        description="Static tokens, each `name:role:token`, or `name:role@dag+dag:token` for some DAGs alone, "
        "separated by commas or white space. Roles: public, viewer, user, op, admin. `sha256:` and a digest "
        "may stand for the token: `airflow-graph token` makes both.",
    )
    tokens_file: Path | None = Field(
        default=None,
        description="File of further static tokens; `#` begins a comment.",
    )
    token_header: HeaderName | None = Field(
        default=None,
        description="Header that holds a static token and nothing else, for `header` in `authentication`; "
        "`Authorization` means one without a scheme.",
    )
    proxy_addresses: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Addresses and networks, such as `10.0.0.0/24`, of the proxies whose word counts, for `proxy` in "
        "`authentication`; comma-separated.",
    )
    proxy_user_header: HeaderName = Field(
        default="X-Forwarded-User",
        description="Header in which a proxy names the caller. Unless a role is told too, the caller is Airflow's "
        "user of that name or e-mail address.",
    )
    proxy_role: Role | None = Field(default=None, description="Role of all callers whom a proxy names.")
    proxy_role_header: HeaderName | None = Field(
        default=None, description="Header in which a proxy tells the caller's role: public, viewer, user, op or admin."
    )
    kerberos_services: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("HTTP", "airflow"),
        description="Services whose Kerberos tickets are taken, by whichever host's key is in the keytab. Browsers and "
        "curl ask for `HTTP`, clients of Airflow's own API for `airflow`.",
    )
    anonymous_role: Annotated[Role | str, Field(union_mode="left_to_right")] | None = Field(
        default=None,
        description="Role of callers who present nothing: `public`, `viewer`, `user`, `op`, `admin`, or the name of a "
        "role of Airflow's FAB auth manager, such as `Public`, with what it permits. With one that permits anything, "
        "the server listens on a loopback address only.",
    )
    anonymous_anywhere: bool = Field(
        default=False,
        description="Whether callers who present nothing may come from other machines, whatever their role permits.",
    )
    access_refresh: float = Field(
        default=5,
        ge=0,
        le=300,
        description="Seconds for which what the database says of a user, of their password, roles and permissions, is "
        "taken as known: who loses a right has lost it after so long.",
    )
    password_memory: float = Field(
        default=300,
        ge=0,
        le=86400,
        description="Seconds for which a verified password that is not used is remembered, by a digest in memory; "
        "meanwhile it costs no hash. It counts no longer than it is the user's.",
    )

    oidc_issuer: str | None = Field(
        default=None,
        description="Issuer of OpenID Connect tokens, such as `https://sso.example.org/realms/data`, letter for letter "
        "as its tokens say it; for `oidc` in `authentication`. Use https.",
    )
    oidc_audience: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="Audiences, comma-separated, one of which a token of the issuer must be for: what the issuer calls "
        "this service, or its client.",
    )
    oidc_jwks_url: str | None = Field(
        default=None,
        description="Where the issuer publishes its keys (JWKS): an address or a file. Unset: where "
        "`.well-known/openid-configuration` of the issuer says.",
    )
    oidc_algorithms: Annotated[tuple[Asymmetric, ...], NoDecode] = Field(
        default=("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"),
        description="Algorithms by which the issuer may sign, comma-separated; those of shared secrets are not among "
        "them.",
    )
    oidc_leeway: float = Field(
        default=10, ge=0, le=300, description="Seconds by which the issuer's clock and ours may differ."
    )
    oidc_user_claim: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("preferred_username", "email", "sub"),
        description="Claims that name the caller, comma-separated; the first one that a token has. An e-mail address "
        "that the issuer calls unverified is passed over.",
    )
    oidc_role_claim: str = Field(
        default="groups",
        description="Claim that `oidc_roles` looks at; dots lead into nested ones, as in `realm_access.roles`.",
    )
    oidc_roles: Annotated[Mapping[str, Role] | None, NoDecode] = Field(
        default=None,
        description="Roles by values of that claim: `airflow-admins=admin, analysts=viewer`; or a JSON object, where "
        "values hold commas. The highest of a caller's counts; who has none is refused. Unset: what the user of that "
        "name may in Airflow's own database (FAB).",
    )

    # What a write does
    unknown_migration_writes: bool = Field(
        default=False,
        description="Whether to write to a database whose migration is unknown. Reading always works.",
    )
    task_instances_by_scheduler: bool = Field(
        default=False,
        description="Whether a triggered run is left without task instances until the scheduler makes them, "
        "for installations whose cluster policies must see them.",
    )

    @field_validator("port", mode="before")
    @classmethod
    def _ignore_service_link(cls, value: object) -> object:
        # A Kubernetes Service that is called airflow-graph sets AIRFLOW_GRAPH_PORT=tcp://10.0.0.1:8088
        # in every pod of its namespace.
        return DEFAULT_PORT if isinstance(value, str) and value.startswith("tcp://") else value

    @field_validator(
        *("airflow_commands", "authentication", "proxy_addresses", "kerberos_services"),
        *("oidc_audience", "oidc_algorithms", "oidc_user_claim"),
        mode="before",
    )
    @classmethod
    def _split_words(cls, value: object) -> object:
        return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def _pair(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value.lstrip().startswith("{"):
            return json.loads(value)
        pairs = [entry.rpartition("=") for entry in value.split(",") if entry.strip()]
        if not all(name.strip() for name, _, _ in pairs):
            raise ValueError("each entry must be value=role")
        return {name.strip(): role.strip().lower() for name, _, role in pairs}

    @field_validator("proxy_addresses")
    @classmethod
    def _check_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if not ipaddress.ip_network(address).prefixlen:
                raise ValueError(f"{address} is everywhere, not where a proxy is")
        return value

    @field_validator("dialects", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        names = tuple(value.replace(",", " ").split())
        return () if names == ("none",) else names


def load_settings(**given: object) -> Settings:
    """Return the settings of this process: `given` (the command line) before the environment.

    Values of None in `given` mean "not said". Raises Invalid naming each setting at fault,
    never its value, which may be a secret.
    """
    said = {name: value for name, value in given.items() if value is not None}
    try:
        return Settings(**said)  # type: ignore[arg-type] # pydantic checks them
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        names = list(dict.fromkeys(str(fault["loc"][0]) for fault in faults))
        raise Invalid(
            "; ".join(_told(fault) for fault in faults),
            field=names[0],
            hint=" ".join(f"{name}: {_description(name)}" for name in names),
        ) from None


def unknown_variables(environ: Mapping[str, str]) -> dict[str, str | None]:
    """Variables that look like settings and are none, each with the name that was probably meant."""
    known = [name.upper() for name in Settings.model_fields]
    said = [name.removeprefix(PREFIX) for name in environ if name.startswith(PREFIX)]
    others = (_SERVICE_LINK, _ELSEWHERE)
    strange = [name for name in said if name not in known and not any(other.fullmatch(name) for other in others)]
    meant = {name: difflib.get_close_matches(name, known, n=1) for name in strange}
    return {PREFIX + name: PREFIX + close[0] if close else None for name, close in meant.items()}


def check_exposure(settings: Settings) -> None:
    """Raise Invalid unless callers must say who they are, or cannot come from another machine."""
    role = settings.anonymous_role
    if role is not None:
        # What a role of the database permits is known once that is open.
        if isinstance(role, Role) and role is not Role.PUBLIC:
            refuse_from_elsewhere(settings, role.value)
    elif not (
        settings.tokens
        or settings.tokens_file
        or set(settings.authentication) - {"tokens", "header"}
        # Airflow's configuration may have a secret of theirs, which is known once the database is open.
        or {"astronomer", "clairvoyant"} & set(settings.dialects)
    ):
        raise Invalid(
            "Nothing says how callers prove who they are.",
            field="tokens",
            hint=f"Set {PREFIX}TOKENS=name:role:token (or {PREFIX}TOKENS_FILE), or {PREFIX}AUTHENTICATION=basic for "
            f"Airflow's own users; to try things out on this machine alone, set {PREFIX}ANONYMOUS_ROLE=viewer.",
        )


def refuse_from_elsewhere(settings: Settings, role: str) -> None:
    """Raise Invalid where callers without credentials, who have this role, could come from another machine."""
    if not settings.anonymous_anywhere and not is_loopback(settings.host):
        raise Invalid(
            f"Callers without credentials are let in as {role}, and {settings.host} can be reached from other "
            "machines.",
            field="host",
            hint="Listen on 127.0.0.1, or unset anonymous_role and let callers prove who they are; or set "
            f"{PREFIX}ANONYMOUS_ANYWHERE=true if everybody may do what this role permits.",
        )


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _told(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0])
    return f"{PREFIX}{name.upper()}: {fault['msg'][:1].lower()}{fault['msg'][1:]}"


def _description(name: str) -> str:
    declared = Settings.model_fields.get(name)
    return (declared.description if declared else None) or "There is no such setting."
