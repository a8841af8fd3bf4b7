"""Lists that a body describes, for what is too long for an address."""

from graph.rest.body import Body, Property
from graph.rest.call import Call
from graph.rest.dialect import RefusedError
from graph.rest.paging import Narrowing, leap, listing
from graph.rest.params import Kind, read_body_moment
from resolvers.binding import Filter, Order
from resolvers.selection import Listing, Selection, Window


def batch_body(narrowings: tuple[Narrowing, ...], *further: Property) -> Body:
    """Return the body that narrows a list and says which page of it."""
    return Body(
        (
            Property("page_offset", Kind.INTEGER, least=0),
            Property("page_limit", Kind.INTEGER, least=1),
            *further,
            *(_property(narrowing) for narrowing in narrowings),
        )
    )


def _property(narrowing: Narrowing) -> Property:
    kind = narrowing.parameter.kind
    return Property(narrowing.parameter.name, kind, items=Kind.TEXT if kind is Kind.LIST else None)


def batch(call: Call, codec: Selection, into: str, narrowings: tuple[Narrowing, ...], order: Order) -> Listing:
    """Return the read that a body describes. Its pages may be longer than those of a query string."""
    limit, offset = call.body.get("page_limit"), call.body.get("page_offset")
    rows = Window(
        min(limit if isinstance(limit, int) else call.limits.usual, call.session.service.settings.max_page_size),
        offset=leap(offset),
    )
    return listing(codec, into, _filter(call, narrowings), order, rows)


def _whole(name: str, value: float) -> int:
    """Return a number without its fraction, which Airflow takes no account of in a body."""
    try:
        return int(value)
    except (ValueError, OverflowError) as fault:
        words = "Number too large." if isinstance(fault, OverflowError) else "Not a valid integer."
        raise RefusedError(400, str({name: [words]})) from None


def _filter(call: Call, narrowings: tuple[Narrowing, ...]) -> Filter:
    """Return the conditions that the body states; an empty list is none."""
    conditions = []
    for narrowing in narrowings:
        value = call.body.get(narrowing.parameter.name)
        if isinstance(value, list):
            value = tuple(value)
        elif isinstance(value, str) and narrowing.parameter.kind is Kind.MOMENT:
            value = read_body_moment(value)
        elif isinstance(value, float):
            value = _whole(narrowing.parameter.name, value)
        if value not in (None, ()):
            conditions.append(narrowing.condition(value))
    return tuple(conditions)
