"""What a request says of who sends it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Credentials:
    """What a request presents: its headers, by names whose case does not matter, and who is connected.

    `items()` of the headers names one that was sent several times as often. `peer` is the address of the other end
    of the connection: the caller's, or a proxy's, whatever a header says of it.
    """

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    peer: str | None = None

    @property
    def authorization(self) -> tuple[str, str]:
        """The scheme of the Authorization header, in small letters, and what follows it; empty where there is none."""
        scheme, _, value = self.headers.get("authorization", "").strip().partition(" ")
        return scheme.lower(), value.strip()

    def every(self, name: str) -> list[str]:
        """Return what every header of this name says."""
        wanted = name.lower()
        return [value for header, value in self.headers.items() if header.lower() == wanted]
