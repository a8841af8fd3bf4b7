"""What answering costs, known before anything is read: rows times fields, by the page size of each level."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

from resolvers.binding import Aggregated, Each, Plucked
from resolvers.selection import Arguments, Edges, Nodes, PageInfo, PageSelection, Selection, Total, Wanted

EACH = 10
"""So many rows are reckoned with where nobody can ask for a page of a list."""

_PLUCKED = 3
# Rows are counted or added up for it, of which an answer has a few groups.
_AGGREGATE = 10
# So many rows are counted as fast as a field is read and written.
_COUNTED = 100

CHANGE = 100
"""A change of one thing: statements, locks, a commit and its row of the audit log."""


@dataclass(frozen=True)
class Row:
    """What one row costs: its own fields, those of what is joined to it included, and its lists."""

    own: int = 1
    lists: tuple["Rows", ...] = ()

    def of(self, given: Sequence[Arguments]) -> int:
        """Return the cost of a row, where the lists have these arguments."""
        if not self.lists:
            return self.own
        return self.own + sum([one.of(given) for one in self.lists])


@dataclass(frozen=True)
class Rows:
    """What a list costs for one parent: its rows, what stands beside them, and counting it.

    `given` is the place of its arguments among the request's; without one it is reckoned to have `rows`. `totals` are
    the places of how far it is counted.
    """

    key: str
    row: Row
    given: int | None = None
    rows: int = EACH
    frame: int = 1
    totals: tuple[int, ...] = ()

    def of(self, given: Sequence[Arguments]) -> int:
        """Return the cost of the list of one parent."""
        return self.beside(given) + self.first(given) * self.row.of(given)

    def first(self, given: Sequence[Arguments]) -> int:
        """Return how many rows it has at most, or is reckoned to have."""
        window = None if self.given is None else given[self.given].window
        return self.rows if window is None else window.first

    def beside(self, given: Sequence[Arguments]) -> int:
        """Return what it costs beside its rows."""
        cost = self.frame
        for place in self.totals:
            cost += 1 + (given[place].up_to or 0) // _COUNTED
        return cost


@dataclass(frozen=True)
class Share:
    """What one list contributes to the cost, without those within: where it stands, and its rows level by level."""

    path: tuple[str, ...]
    rows: tuple[int, ...]
    cost: int
    fields: int


def shares(rows: Rows, given: Sequence[Arguments], above: Share | None = None) -> Iterator[Share]:
    """Give what a list and those within it contribute."""
    path, levels = (above.path, above.rows) if above else ((), ())
    first = rows.first(given)
    cost = prod(levels) * (rows.beside(given) + first * rows.row.own)
    share = Share((*path, rows.key), (*levels, first), cost, rows.row.own)
    yield share
    for one in rows.row.lists:
        yield from shares(one, given, share)


def row_of(selection: Selection) -> Row:
    """Return what a row costs of which this is selected: one for itself, and its fields."""
    return _sum(Row(), _fields(selection))


def page_of(key: str, page: PageSelection, given: int | None) -> Rows:
    """Return what a page of rows costs of which this is selected."""
    row, frame, totals, needs_rows = Row(), 1, list[int](), False
    for part in page.parts:
        match part:
            case Nodes(_, selection):
                row, needs_rows = _sum(row, _fields(selection)), True
            case Edges(_, parts):
                needs_rows = True
                for told in parts:
                    row = _sum(row, _fields(told.node) if told.node else Row(1))
            case PageInfo(_, fields):
                # The rows are read for it.
                frame, needs_rows = frame + len(fields), True
            case Total(_, place):
                totals += [] if place is None else [place]
            case _:
                frame += 1
    if not needs_rows:
        return Rows(key, row, rows=0, frame=frame, totals=tuple(totals))
    return Rows(key, row, given, frame=frame, totals=tuple(totals))


def _fields(selection: Selection) -> Row:
    found = Row(0)
    for wanted in selection.wanted:
        found = _sum(found, _field(wanted))
    return found


def _field(wanted: Wanted) -> Row:
    match wanted.within, wanted.binding:
        case PageSelection() as page, _:
            return Row(0, (page_of(wanted.key, page, wanted.given),))
        case Selection() as selection, Each():
            return Row(0, (Rows(wanted.key, row_of(selection)),))
        case Selection() as selection, _:
            return row_of(selection)
        case _, Aggregated():
            return Row(_AGGREGATE)
        case _, Plucked():
            return Row(_PLUCKED)
    return Row(1)


def _sum(one: Row, other: Row) -> Row:
    return Row(one.own + other.own, one.lists + other.lists)
