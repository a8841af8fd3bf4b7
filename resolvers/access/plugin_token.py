"""The one token of Clairvoyant's REST plugin, as `[rest_api_plugin]` of Airflow's configuration says it."""

import logging
import secrets
from dataclasses import dataclass, field

from resolvers.access.actor import Actor, actor_of_role
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation
from resolvers.errors import Unauthenticated

SECTION = "rest_api_plugin"
USUAL_HEADER = "rest_api_plugin_http_token"

log = logging.getLogger("airflow_graph")


@dataclass(frozen=True)
class PluginToken:
    """A token that all callers share, alone in a header."""

    header: str
    token: bytes = field(repr=False)
    holder: Actor
    challenge: None = None

    @classmethod
    def of(cls, installation: Installation) -> "PluginToken | None":
        """Return the token that the configuration expects; none where it expects none."""
        config = installation.config
        header = config.value(SECTION, "rest_api_plugin_http_token_header_name") or USUAL_HEADER
        token = (config.value(SECTION, "rest_api_plugin_expected_http_token") or "").strip()
        role = installation.settings.clairvoyant_role
        if config.flag(SECTION, "log_loading", default=False):
            fields = {"header": header, "token": bool(token), "role": role.value}
            log.info("clairvoyant dialect loaded", extra={"fields": fields})
        if not token:
            return None
        return cls(header, token.encode(), actor_of_role(USUAL_HEADER, role, method="header"))

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return the one caller that there is; `Unauthenticated` where the header has another token."""
        presented = credentials.every(self.header)
        if not presented:
            return None
        if len(presented) == 1 and secrets.compare_digest(presented[0].encode(), self.token):
            return self.holder
        raise Unauthenticated(f"The header {self.header} does not have the token that is expected.")
