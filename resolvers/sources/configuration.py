"""Airflow's configuration as it may be shown: what its file and environment say, secrets hidden."""

from collections.abc import Mapping
from dataclasses import dataclass

from resolvers.airflow_config import AirflowConfig

HIDDEN = "< hidden >"

# What Airflow 2.11 and 3.3 declare sensitive, under present and former names.
_SECRET = frozenset(
    {
        ("api", "secret_key"),
        ("api_auth", "jwt_secret"),
        ("atlas", "password"),
        ("celery", "broker_url"),
        ("celery", "flower_basic_auth"),
        ("celery", "result_backend"),
        ("core", "asset_manager_kwargs"),
        ("core", "dataset_manager_kwargs"),
        ("core", "fernet_key"),
        ("core", "internal_api_secret_key"),
        ("core", "sql_alchemy_conn"),
        ("core", "sql_alchemy_engine_args"),
        ("database", "sql_alchemy_conn"),
        ("database", "sql_alchemy_conn_async"),
        ("database", "sql_alchemy_engine_args"),
        ("logging", "remote_task_handler_kwargs"),
        ("opensearch", "password"),
        ("opensearch", "username"),
        ("secrets", "backend_kwargs"),
        ("sentry", "sentry_dsn"),
        ("smtp", "smtp_password"),
        ("smtp", "smtp_user"),
        ("webserver", "secret_key"),
        ("workers", "secrets_backend_kwargs"),
    }
)

# Airflow 2 adds to the ways to authenticate the one that its own pages need.
_SESSION = "airflow.api.auth.backend.session"


@dataclass(frozen=True)
class Section:
    """A section of the configuration: its options and their values."""

    name: str
    options: Mapping[str, str]


@dataclass(frozen=True)
class Configuration:
    """What may be shown of an Airflow's configuration.

    Airflow's defaults are in its code alone, and so not here.
    """

    config: AirflowConfig
    generation: int

    @property
    def is_exposed(self) -> bool:
        """Whether the administrator lets it be shown: yes, or all but secrets, which are hidden here in any case."""
        section = "webserver" if self.generation == 2 else "api"
        told = self.config.value(section, "expose_config") or ""
        if told.strip().lower() == "non-sensitive-only":
            return True
        return self.config.flag(section, "expose_config", default=False)

    def has_section(self, name: str) -> bool:
        """Say whether the file has a section of this name."""
        return name in self.config.sections()

    def section(self, name: str) -> Section:
        """Return what file and environment say in one section."""
        return Section(name, {option: self.value(name, option) or "" for option in self.config.options(name)})

    def sections(self) -> tuple[Section, ...]:
        """Return what file and environment say."""
        return tuple(self.section(name) for name in self.config.named_sections())

    def value(self, section: str, option: str) -> str | None:
        """Return the value of an option as it may be shown; none where nobody says any."""
        place = (section.lower(), option.lower())
        if place in _SECRET:
            return HIDDEN if self.config.says(*place) else None
        told = self.config.value(*place)
        if place == ("api", "auth_backends") and self.generation == 2 and told and _SESSION not in told:
            return told if told == "airflow.api.auth.backend.default" else f"{told},{_SESSION}"
        return told
