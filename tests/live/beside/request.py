"""One request, as it goes over the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from .document import Operation


@dataclass(frozen=True)
class Request:
    """One request, as it goes over the wire."""

    operation: Operation
    number: int
    method: str
    path: str
    query: str = ""
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    caller: str = ""
    order_by: str | None = None

    def said(self) -> Mapping[str, object]:
        """Return the object that the body is, an empty one where it is none."""
        try:
            told = json.loads(self.body or b"{}")
        except ValueError:
            told = {}
        return told if isinstance(told, dict) else {}

    def __str__(self) -> str:
        """Say it in one line."""
        said = [f"#{self.number}", self.caller, self.method, self.path + (f"?{self.query}" if self.query else "")]
        told = [str(self.body[:600])] if self.body is not None else []
        return " ".join([*said, *told, *(f"{name}: {value}" for name, value in self.headers.items())])
