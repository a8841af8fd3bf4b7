"""Ways to prove who one is that other distributions bring, by their entry points."""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

from resolvers.access.actor import Actor
from resolvers.access.credentials import Credentials
from resolvers.access.method import Installation, Method
from resolvers.errors import Invalid, Problem, Unavailable

GROUP = "airflow_graph.authentication"
"""The group of entry points in which such a way is named; what it names makes it over an installation."""

log = logging.getLogger("airflow_graph")


@dataclass(frozen=True)
class Brought:
    """A way of somebody else's. Whatever it raises or returns, a caller sees no more of it than a refusal."""

    name: str
    origin: str
    method: Method
    challenge: str | None

    def actor(self, credentials: Credentials) -> Actor | None:
        """Return who is asking; `Unavailable` where the method fails, for then nobody knows who it is."""
        try:
            return _checked(self.method.actor(credentials))
        except Problem:
            raise
        except Exception:
            incident = uuid.uuid4().hex[:12]
            fields = {"incident": incident, "authentication": self.name, "distribution": self.origin}
            log.exception("authentication failed", extra={"fields": fields})
            raise Unavailable(
                f"Who is calling cannot be found out now; the log of the server tells more under {incident}."
            ) from None


def brought(name: str) -> Callable[[Installation], Method] | None:
    """Return what makes the way of this name; none where no distribution brings one, `Invalid` where several do."""
    # A distribution may be found in several places, of which the first is the one that is imported.
    found = {_origin(entry): entry for entry in reversed(tuple(entry_points(group=GROUP, name=name)))}
    if len(found) > 1:
        raise Invalid(
            f"The way to authenticate {name!r} is brought by several distributions: {', '.join(sorted(found))}.",
            field="authentication",
            hint="Uninstall all but one.",
        )
    for origin, entry in found.items():
        return lambda installation: _made(entry, origin, installation)
    return None


def _made(entry: EntryPoint, origin: str, installation: Installation) -> Brought:
    """Return the way that an entry point names, over an installation; `Invalid` where it does not come about."""
    try:
        method = entry.load()(installation)
        challenge = _challenge(method)
    except Problem:
        raise
    except Exception as error:
        raise Invalid(
            f"The way to authenticate {entry.name!r}, {entry.value} of {origin}, cannot be used: "
            f"{type(error).__name__}: {error}.",
            field="authentication",
            hint=f"Mend or upgrade {origin}; or leave {entry.name} out of AIRFLOW_GRAPH_AUTHENTICATION.",
        ) from error
    return Brought(entry.name, origin, method, challenge)


def _challenge(method: Method) -> str | None:
    """Return what a method says in `WWW-Authenticate`; TypeError where it is none, and that is no method."""
    if not callable(method.actor):
        raise TypeError("its actor cannot be called")
    told: object = method.challenge
    if told is None or (isinstance(told, str) and told.isascii() and told.isprintable()):
        return told
    raise TypeError("its challenge is neither None nor what a header may say")


def _checked(told: object) -> Actor | None:
    if told is None or isinstance(told, Actor):
        return told
    raise TypeError(f"actor() returned a {type(told).__name__}")


def _origin(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"
