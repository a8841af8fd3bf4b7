"""What the statements of a plan brought for one request, level by level, and what is made of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from resolvers.access.scopes import Scopes
from resolvers.plan.stage import Stage, Variant
from resolvers.plan.writer import Below, Frame, Row
from resolvers.selection import Arguments

Key = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Fetch:
    """The rows of one stage for `count` parents, and what was fetched for them in turn.

    Parents are told apart by their places, from 1: a row with parents begins with its parent's. In
    `totals` are counts by the place of their limit in the request's arguments, then by the parent's.
    """

    stage: Stage
    variant: Variant
    scopes: Scopes
    arguments: Arguments
    rows: Sequence[Row]
    count: int
    below: tuple["Fetch", ...] = ()
    # For each of `below`, which parent there each row is; 0 for none.
    positions: tuple[Sequence[int], ...] = ()
    totals: Mapping[int | None, Sequence[int]] = field(default_factory=dict)

    def written(self) -> list[Any]:
        """Return the answers as JSON says them, by the parents' places; that at 0 is for nothing found.

        Raises whatever the writer meets that it cannot write as usual.
        """
        below = [Below(fetch.written(), positions) for fetch, positions in zip(self.below, self.positions, strict=True)]
        return self.variant.write(self.rows, self.count, below, self.frame)

    @property
    def frame(self) -> Frame:
        """What the answers need to know of the request beside the rows."""
        window = self.arguments.window
        if window is None:
            return Frame(self.scopes, totals=self.totals)
        return Frame(self.scopes, window.first, window.after is not None or window.offset > 0, self.totals)

    def size(self, times: Sequence[int] | None = None) -> int:
        """Return how many values the answers hold; `times` says how often each is told, if not once."""
        weight, frame = self.stage.weight, self.stage.frame
        each = self._times_each(times)
        if times is None:
            found = frame * self.count + weight.values * len(self.rows)
        else:
            found = frame * sum(times) + weight.values * sum(each)
        for at, (fetch, positions) in enumerate(zip(self.below, self.positions, strict=True)):
            named = weight.children.count(at)
            found += named * fetch.size(_told(positions, each, fetch.count, once=times is None))
        return found

    def _times_each(self, times: Sequence[int] | None) -> Sequence[int]:
        """Return how often each row is told; nothing where each is once."""
        if times is None:
            return ()
        return [times[row[0]] for row in self.rows]


def _told(positions: Sequence[int], each: Sequence[int], count: int, *, once: bool) -> list[int] | None:
    """Return how often each parent's answer is told by rows at these positions; none for once each."""
    if once and len(positions) == count:
        return None
    times = [0] * (count + 1)
    for place, often in zip(positions, each or [1] * len(positions), strict=True):
        times[place] += often
    return times


def keys_of(rows: Sequence[Row], columns: Sequence[int]) -> tuple[list[Key], list[int]]:
    """Return the distinct keys in these columns of rows, and for each row the place of its own, from 1.

    A key of which a part is null stands for nothing: its place is 0.
    """
    found: dict[Key, int] = {}
    keys: Iterable[Key] = map(itemgetter(*columns), rows)
    if len(columns) == 1:
        keys = zip(keys, strict=True)
    positions = [0 if None in key else found.setdefault(key, len(found) + 1) for key in keys]
    return list(found), positions
