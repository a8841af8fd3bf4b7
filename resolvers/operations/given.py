"""What a caller gave and what was left out, where null is a value of its own."""

from enum import Enum
from typing import Final


class NotGiven(Enum):
    """The type of `NOT_GIVEN`."""

    NOT_GIVEN = "not given"


# Stands for an argument that was left out: what it is about stays as it is.
NOT_GIVEN: Final = NotGiven.NOT_GIVEN


def given(**values: object) -> dict[str, object]:
    """Return the values that were given, null included."""
    return {name: value for name, value in values.items() if value is not NOT_GIVEN}
