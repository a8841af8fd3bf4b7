"""Lists of a dialect: which rows, in which order, which of their fields, which page."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graph.rest.call import Call, Finish
from graph.rest.codec import Json, only
from graph.rest.dialect import RefusedError
from graph.rest.params import MOST_INTEGER, Kind, Parameter, held, lists
from resolvers.access.permissions import Guard
from resolvers.binding import Filter, Match, Operator, Order
from resolvers.selection import Listing, Nodes, PageSelection, Selection, Total, Window


@dataclass(frozen=True)
class Fields:
    """The parameter `fields`: which of the wire names are wanted, and what is said of unknown ones.

    Unknown names `of_each` object are refused only where a page has any.
    """

    title: str
    detail: str
    of_each: bool = False

    def wanted(self, codec: Selection, call: Call) -> Selection:
        """Return the codec of the names that are wanted, as far as they are known."""
        names, known = call.query.get("fields"), _names(codec)
        return only(codec, known & set(names) or known) if isinstance(names, tuple) else codec

    def refuse_unknown(self, codec: Selection, call: Call) -> None:
        """Refuse names that nothing has."""
        names, known = call.query.get("fields"), _names(codec)
        unknown = [name for name in dict.fromkeys(names) if name not in known] if isinstance(names, tuple) else []
        if unknown:
            raise RefusedError(400, self.detail.format(names=unknown, name=unknown[0]), title=self.title)


def _names(codec: Selection) -> frozenset[str]:
    return frozenset(wanted.key for wanted in codec.wanted)


FIELDS = lists("fields")

# How many pages are kept that clients made by naming fields.
_PAGES = 1_000


@dataclass(frozen=True)
class Narrowing:
    """A parameter that narrows a list: by which logical column, compared how."""

    parameter: Parameter
    column: str
    operator: Operator
    by: Callable[[Any], object] = field(default=lambda value: value)
    link: str | None = None
    guard: Guard | None = None
    # Whether zero, or nothing, is as good as not given.
    drops_nothing: bool = False

    def condition(self, value: object) -> Match:
        """Return the condition that the parameter's value puts on the rows."""
        if self.parameter.kind is Kind.INTEGER:
            value = held(value)
        return Match(self.column, self.operator, self.by(value), self.link, self.guard)


def narrow(
    parameter: str,
    column: str,
    operator: Operator = Operator.IN,
    *,
    kind: Kind = Kind.LIST,
    by: Callable[[Any], object] = lambda value: value,
    drops_nothing: bool = False,
    among: tuple[str, ...] = (),
) -> Narrowing:
    """Return a parameter that narrows by a logical column: one of several values, unless told otherwise."""
    return Narrowing(Parameter(parameter, kind, among=among), column, operator, by, drops_nothing=drops_nothing)


def between(parameter: str, column: str, kind: Kind = Kind.MOMENT) -> tuple[Narrowing, Narrowing]:
    """Return the parameters `_gte` and `_lte`, which bound a logical column."""
    return (
        narrow(f"{parameter}_gte", column, Operator.AT_LEAST, kind=kind),
        narrow(f"{parameter}_lte", column, Operator.AT_MOST, kind=kind),
    )


@dataclass(frozen=True)
class Sorting:
    """The parameter `order_by`: wire names, each with its logical columns, and the order where it is not given."""

    usual: Order
    columns: Mapping[str, str] = field(default_factory=dict)
    refusal: str = "Ordering with {name!r} is disallowed or the attribute does not exist on the model"
    # Whether a minus sign turns nothing round, but makes a name that nobody knows.
    upwards: bool = False

    def order(self, wanted: object) -> Order:
        """Return the order that a client wants; a minus sign before it turns it round."""
        if wanted is None:
            return self.usual
        text = str(wanted)
        name = text if self.upwards else text.lstrip("-")
        if name not in self.columns:
            raise RefusedError(400, self.refusal.format(name=name, text=text))
        return Order((self.columns[name],), descending=text.startswith("-"))


# Beyond it Airflow crashes.
MOST_ROWS = 2**63 - 1

LIMIT = Parameter("limit", Kind.INTEGER)
OFFSET = Parameter("offset", Kind.INTEGER, least=0)
ORDER_BY = Parameter("order_by")


def window(call: Call, *, zero_is_usual: bool = True) -> Window:
    """Return the rows that `limit` and `offset` ask for; a limit over the most is cut without a word."""
    wanted, skipped = call.query.get("limit"), call.query.get("offset")
    first = wanted if isinstance(wanted, int) else call.limits.usual
    if first < 0:
        raise RefusedError(400, None, title="Page limit must be a positive integer")
    if first == 0 and zero_is_usual:
        first = call.limits.usual
    return Window(min(first, call.limits.most), offset=leap(skipped))


def leap(skipped: object) -> int:
    """Return how many rows to leave out; `RefusedError` for more than any database can count."""
    if not isinstance(skipped, int):
        return 0
    if skipped > MOST_ROWS:
        raise RefusedError(400, f"{skipped} is greater than the maximum of {MOST_ROWS} rows to leave out")
    return min(skipped, MOST_INTEGER)


def listing(
    codec: Selection, into: str, filter_: Filter, order: Order, window_: Window, *, total: str | None = "total_entries"
) -> Listing:
    """Return the read whose answer is the JSON of a page."""
    return Listing(_page(codec, into, total), order, window_, filter_)


@lru_cache(_PAGES)
def _page(codec: Selection, into: str, total: str | None) -> PageSelection:
    """Return a page of a codec, the same one each time: what is planned for it is kept."""
    counted = (Total(total, None),) if total else ()
    return PageSelection(codec.entity, (Nodes(into, codec), *counted))


def read_page(call: Call, page: Listing, *, finish: Finish | None = None) -> Json:
    """Return the JSON of a page, each of its objects finished."""
    found: Json = call.session.read(page).written()[0]
    for part in page.page.parts:
        objects = found[part.key]
        if finish and isinstance(objects, list):
            for one in objects:
                finish(call, one)
    return found
