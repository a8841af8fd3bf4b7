"""Which of Airflow 3's auth managers keeps the users."""

from enum import StrEnum

from resolvers.access.method import Installation
from resolvers.errors import Unsupported


class AuthManager(StrEnum):
    """An auth manager of Airflow's, by the name of its class."""

    SIMPLE = "SimpleAuthManager"
    FAB = "FabAuthManager"


def auth_manager_of(installation: Installation) -> AuthManager:
    """Return which auth manager is configured; `Unsupported` for Airflow 2, and for one that is not known here."""
    generation = installation.generation
    if generation.number < 3:
        raise Unsupported(
            f"Airflow's tokens and its SimpleAuthManager came with Airflow 3.0; this database is {generation.minor}.",
            field="authentication",
            hint="Leave jwt and simple out of AIRFLOW_GRAPH_AUTHENTICATION.",
        )
    told = (installation.config.value("core", "auth_manager") or AuthManager.SIMPLE).strip()
    name = told.rpartition(".")[2]
    if name not in set(AuthManager):
        raise Unsupported(
            f"[core] auth_manager is {told}, whose users are not known here.",
            field="authentication",
            hint=f"Known are {' and '.join(AuthManager)}; let callers use another way of AIRFLOW_GRAPH_AUTHENTICATION.",
        )
    return AuthManager(name)
