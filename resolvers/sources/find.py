"""How a source that is not the database reads what it must know from there."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from resolvers.selection import Selection

# Reads objects by their keys, as plain values: none where there is none that may be seen.
Find = Callable[[Selection, Sequence[Mapping[str, object]]], Sequence[Any]]
