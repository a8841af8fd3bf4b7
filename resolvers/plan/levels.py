"""The rows of each step of a chain, out of the lines of the statement that reads them all."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from resolvers.plan.chain import Line, Place
from resolvers.plan.fetch import keys_of
from resolvers.plan.writer import Row


@dataclass(frozen=True)
class Level:
    """The rows of a step for `count` parents; `positions` say which of these each row of the step before is."""

    rows: Sequence[Row]
    count: int
    positions: Sequence[int]


def levels(places: Sequence[Place], lines: Sequence[Line], count: int) -> Iterator[Level]:
    """Give the rows of each step; those of the first are for so many parents."""
    before, *rest = places
    # All lines are of one object, where one was asked for by its key.
    firsts = lines[:1] if count == 1 and not before.multiplies else before.first_lines(lines)
    rows: Sequence[Row] = [line[before.columns] for line in firsts]
    yield Level(rows, count, ())
    for place in rest:
        keys, positions = keys_of(rows, place.parents)
        if place.multiplies and before.identity is not None:
            parents, single = dict(zip(map(before.identity, firsts), positions, strict=True)), len(firsts) == 1
            columns, present = place.columns, place.present
            firsts = place.first_lines([line for line in lines if line[present]])
            if single:
                [at] = positions
                rows = [(at, *line[columns]) for line in firsts]
            else:
                rows = [(parents[before.identity(line)], *line[columns]) for line in firsts]
        else:
            told = [(line, at) for line, at in zip(firsts, positions, strict=True) if line[place.present]]
            firsts = [line for line, _ in told]
            rows = [(at, *line[place.columns]) for line, at in told]
        yield Level(rows, len(keys), positions)
        before = place
