"""The one secret of Astronomer's plugin, as `[airflow_api_plugin]` of Airflow's configuration says it."""

import secrets
from dataclasses import dataclass, field

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation

SECTION = "airflow_api_plugin"
OPTION = "airflow_api_auth"


@dataclass(frozen=True)
class PluginSecret:
    """A secret that all callers share, which is all that their Authorization says."""

    secret: bytes = field(repr=False)
    holder: Actor
    challenge: None = None

    @classmethod
    def of(cls, installation: Installation) -> "PluginSecret | None":
        """Return the secret that the configuration expects; none where it expects none."""
        secret = (installation.config.value(SECTION, OPTION) or "").strip()
        if not secret:
            return None
        return cls(secret.encode(), actor_of_role(SECTION, installation.settings.astronomer_role, method="header"))

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return the one caller that there is; none where Authorization has something else, maybe another method's."""
        presented = credentials.every("authorization")
        if len(presented) != 1 or not secrets.compare_digest(presented[0].strip().encode(), self.secret):
            return None
        return self.holder
