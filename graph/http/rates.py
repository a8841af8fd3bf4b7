"""How often one caller may ask, and how much at once: counted in the event loop, before a request costs anything."""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from secrets import token_bytes
from time import monotonic

from starlette.types import Scope

from resolvers.errors import TooMany
from resolvers.settings import Settings

_MOST_CALLERS = 10_000


@dataclass(slots=True, eq=False)
class Caller:
    """What is known of a caller: until when, at the rate, all that they sent would have been sent; what is answered.

    A context, in which one request of theirs is answered.
    """

    until: float = 0.0
    running: int = 0

    def __enter__(self) -> None:
        self.running += 1

    def __exit__(self, *_: object) -> None:
        self.running -= 1


class Rates:
    """The callers of one server process, told apart by the credentials that they present, or else by their address.

    Their credentials need not be right: whether they are is found out later, and costs more. Callers who were not
    heard of for longest are forgotten where there are too many, which is as if they had been silent.
    """

    def __init__(self, settings: Settings) -> None:
        self._rate = settings.rate
        # Seconds that one request stands for, and how far ahead of the clock a caller may be.
        self._interval = 1 / settings.rate if settings.rate else 0.0
        self._ahead = settings.burst * self._interval
        self._burst = settings.burst
        self._most = settings.concurrency
        # Which headers say who is calling, whether or not what they say is true.
        told = ("authorization", settings.token_header or "", settings.proxy_user_header)
        self._telling = frozenset(name.lower().encode() for name in told if name)
        self._key = token_bytes(16)
        self._callers: OrderedDict[bytes, Caller] = OrderedDict()

    def admitted(self, scope: Scope) -> Caller:
        """Let a request in, and return its caller; `TooMany` where they ask too often, or too much at once."""
        caller = self._caller(scope)
        now = monotonic()
        # That of a caller who was silent lies in the past.
        until = max(caller.until, now) + self._interval
        if until - now > self._ahead and self._interval:
            raise TooMany(
                f"You ask too often: {self._rate:g} requests a second are allowed, "
                f"after a pause {self._burst:,} at once.",
                retry_after=until - now - self._ahead,
                hint="Wait, then send fewer; ask for lists instead of one thing after the other.",
            )
        if caller.running >= self._most > 0:
            raise TooMany(
                f"{caller.running:,} of your requests are being answered, and no more at once.",
                retry_after=1,
                hint="Wait for answers before you ask on.",
            )
        caller.until = until
        return caller

    def _caller(self, scope: Scope) -> Caller:
        telling = self._telling
        presented = b"\n".join([value for name, value in scope["headers"] if name in telling])
        if not presented:
            client = scope.get("client")
            presented = client[0].encode() if client else b""
        # By a digest, so that nobody's secret is kept.
        key = blake2b(presented, digest_size=16, key=self._key).digest()
        found = self._callers.get(key)
        if found is not None:
            self._callers.move_to_end(key)
            return found
        if len(self._callers) >= _MOST_CALLERS:
            self._callers.popitem(last=False)
        found = self._callers[key] = Caller()
        return found
