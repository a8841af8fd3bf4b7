"""Typed reading of stored attributes, with the places where Airflow looks for one that is left out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from resolvers.serialized.encoding import moment, span, unwrap


@dataclass(frozen=True, slots=True)
class Fields:
    """Attributes of one stored object.

    `layers` are asked in their order, and the first that has the name answers, also with null. A
    value of another kind than asked for reads like one that is absent, so no getter raises.
    """

    layers: tuple[Mapping[str, object], ...]

    def stored(self, *names: str) -> object:
        """Return what is written under the first of the names that is found, still wrapped."""
        for layer in self.layers:
            for name in names:
                if name in layer:
                    return layer[name]
        return None

    def value(self, *names: str) -> object:
        """Return what `stored` finds, unwrapped."""
        return unwrap(self.stored(*names))

    def flag(self, *names: str) -> bool:
        """Whether the attribute is set and true."""
        return bool(self.value(*names))

    def text(self, *names: str) -> str | None:
        """Return the attribute if it is text."""
        value = self.value(*names)
        return value if isinstance(value, str) else None

    def number(self, *names: str) -> float | None:
        """Return the attribute as a number; text that reads as one counts, since operators take it."""
        value = self.value(*names)
        if isinstance(value, bool | int | float | str):
            try:
                return float(value)
            except ValueError:
                return None
        return None

    def whole(self, *names: str) -> int | None:
        """Return the attribute as a whole number."""
        number = self.number(*names)
        try:
            return None if number is None else int(number)
        except (ValueError, OverflowError):
            return None

    def span(self, *names: str) -> timedelta | None:
        """Return the attribute as a length of time."""
        return span(self.value(*names))

    def moment(self, *names: str) -> datetime | None:
        """Return the attribute as a point in time, in UTC."""
        return moment(self.value(*names))

    def texts(self, *names: str) -> tuple[str, ...]:
        """Return the attribute as texts: one alone, or a list, tuple or set of them (a set sorted)."""
        match self.value(*names):
            case str(one):
                return (one,)
            case list() | tuple() as several:
                return tuple(item for item in several if isinstance(item, str))
            case set() as several:
                return tuple(sorted(item for item in several if isinstance(item, str)))
        return ()

    def mapping(self, *names: str) -> Mapping[str, object]:
        """Return the attribute as a mapping, empty if it is none."""
        value = self.value(*names)
        return value if isinstance(value, dict) else {}
