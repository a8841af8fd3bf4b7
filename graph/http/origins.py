"""Of which origins the pages may call, as our settings or else Airflow's configuration say."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from resolvers.errors import Forbidden
from resolvers.service import Service

_METHODS = ("GET", "POST", "PATCH", "DELETE")
_HEADERS = ("Authorization", "Content-Type")

# What a page may read of an answer's headers beside those that it always may.
_EXPOSED = ("Retry-After", "WWW-Authenticate")


@dataclass(frozen=True)
class Origins:
    """The origins whose pages may call, `*` for all, and with which methods and headers."""

    allowed: tuple[str, ...] = ()
    methods: tuple[str, ...] = _METHODS
    headers: tuple[str, ...] = _HEADERS

    @classmethod
    def of(cls, service: Service) -> "Origins":
        """Return what our settings say, or else Airflow's `[api] access_control_allow_*`."""

        def told(option: str) -> tuple[str, ...]:
            # Airflow 2 separates origins by spaces, Airflow 3 by commas.
            return tuple(
                (service.config.value("api", f"access_control_allow_{option}") or "").replace(",", " ").split()
            )

        settings = service.settings
        headers = (*_HEADERS, *([settings.token_header] if settings.token_header else []))
        if settings.cors_origins is not None:
            return cls(settings.cors_origins, headers=headers)
        return cls(told("origins"), told("methods") or _METHODS, told("headers") or headers)

    @property
    def middleware(self) -> list[Middleware]:
        """What tells browsers; nothing where no page may call."""
        if not self.allowed:
            return []
        # Without credentials, in the words of CORS: a page sends the token that it was given, never what a browser
        # remembers for its user.
        return [
            Middleware(
                CORSMiddleware,
                allow_origins=list(self.allowed),
                allow_methods=list(self.methods),
                allow_headers=list(self.headers),
                expose_headers=list(_EXPOSED),
                max_age=3600,
            )
        ]

    def refuse_foreign(self, headers: Mapping[str, str]) -> None:
        """Raise `Forbidden` where a browser says that a page of another site made it send this.

        A browser sends what it remembers of its user (a password of HTTP Basic, a Kerberos ticket, a proxy's cookie)
        along with what pages may send without asking first: GET, and forms. It says so by `Sec-Fetch-Site`, which no
        page can forge; other clients send no such header. Apollo asks for a header of its own instead, which every
        client of GraphQL over HTTP would have to be taught.
        """
        if headers.get("sec-fetch-site") not in ("cross-site", "same-site"):
            return
        if "*" not in self.allowed and headers.get("origin") not in self.allowed:
            raise Forbidden(
                "A page of another origin may not ask this.",
                hint="Pages that may are named by AIRFLOW_GRAPH_CORS_ORIGINS.",
            )
