"""Which ways callers may take, and who the others are: by our settings, and by Airflow's where those say `airflow`."""

from resolvers.access.method import Installation
from resolvers.airflow_config import AirflowConfig, Found
from resolvers.errors import Invalid
from resolvers.settings import Role

AIRFLOW = "airflow"
"""The name, in the setting `authentication`, of whatever Airflow's own configuration says."""

# The last word of each of Airflow 2's backends. Its sessions are cookies of the web server, which mean nothing here.
_BACKENDS: dict[str, tuple[str, ...]] = {
    "basic_auth": ("basic",),
    "password_auth": ("basic",),
    "kerberos_auth": ("kerberos",),
    "session": (),
    # Everybody is let in: here, those whom `anonymous_role` lets in.
    "default": (),
    "deny_all": (),
}

_MANAGERS: dict[str, tuple[str, ...]] = {
    "FabAuthManager": ("jwt", "basic"),
    "SimpleAuthManager": ("jwt", "simple"),
}


def ways(installation: Installation) -> tuple[str, ...]:
    """Return the ways in which callers may prove who they are, by name, in their order, each once."""
    names: list[str] = []
    for name in installation.settings.authentication:
        names += _as_airflow(installation) if name == AIRFLOW else (name,)
    return tuple(dict.fromkeys(names))


def anonymous_role(installation: Installation) -> Role | str | None:
    """Return the role of callers who present nothing: one of ours, or the name of one of FAB's."""
    settings = installation.settings
    if settings.anonymous_role is None and AIRFLOW in settings.authentication and installation.generation.number == 3:
        return installation.config.value("fab", "auth_role_public") or None
    return settings.anonymous_role


def _as_airflow(installation: Installation) -> tuple[str, ...]:
    config = installation.config
    if installation.generation.number == 3:
        return _by_manager(config)
    found = config.find("api", "auth_backends")
    if found is None:
        # Airflow's own default: sessions alone.
        return ()
    backends = [word.strip() for word in found.value.split(",") if word.strip()]
    return tuple(name for backend in backends for name in _known(backend, _BACKENDS, found))


def _by_manager(config: AirflowConfig) -> tuple[str, ...]:
    found = config.find("core", "auth_manager")
    if found is None or not found.value.strip():
        return _MANAGERS["SimpleAuthManager"]
    return _known(found.value.strip(), _MANAGERS, found)


def _known(path: str, words: dict[str, tuple[str, ...]], found: Found) -> tuple[str, ...]:
    word = path.rpartition(".")[2]
    if word not in words:
        raise Invalid(
            f"{found.source} names {path!r}, which means nothing here.",
            field="authentication",
            hint="Name the ways themselves in AIRFLOW_GRAPH_AUTHENTICATION, instead of airflow.",
        )
    return words[word]
