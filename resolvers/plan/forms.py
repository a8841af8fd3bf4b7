"""From the rows of a plan to a tree of plain values: what the writers write, before it is written.

This is the careful road: it makes every value, also those that the answer's types have no word for, and leaves it
to the caller to say what is wrong with which.
"""

from collections.abc import Callable, Sequence
from typing import Any

from resolvers.plan.cursor import encode_cursor
from resolvers.plan.fetch import Fetch
from resolvers.plan.sight import Sight
from resolvers.plan.steps import (
    AggregateForm,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
    Hidden,
    InfoPart,
    Joined,
    ListForm,
    Maker,
    NodesPart,
    OneForm,
    PageForm,
    PluckForm,
    Reduced,
    Secret,
    Shape,
    TotalPart,
    Value,
)
from resolvers.plan.writer import Layout, Row

# A row's columns, without the place of its parent, and the answers of its children.
Make = Callable[[Row, Sequence[Any]], object]


def values(fetch: Fetch, sight: Sight) -> list[Any]:
    """Return the answers as plain values, by the parents' places; that at 0 is for nothing found."""
    below = [values(child, sight) for child in fetch.below]
    groups: list[list[tuple[Row, Sequence[Any]]]] = [[] for _ in range(fetch.count + 1)]
    layout = fetch.variant.layout
    for at, row in enumerate(fetch.rows):
        place = row[0] if layout.has_parents else 1
        found = [answers[places[at]] for answers, places in zip(below, fetch.positions, strict=True)]
        groups[place].append((_decoded(row[1:] if layout.has_parents else row, layout), found))
    form = fetch.stage.step.form
    match form:
        case PageForm():
            return [_page(fetch, form, rows, at, sight) for at, rows in enumerate(groups)]
        case ListForm(shape):
            make = _object(shape, sight)
            return [[make(*row) for row in rows] for rows in groups]
        case OneForm(shape):
            make = _object(shape, sight)
            return [make(*rows[0]) if rows else None for rows in groups]
        case PluckForm():
            return [[row[0] for row, _ in rows] for rows in groups]
        case AggregateForm():
            return [{row[0]: int(row[1] or 0) for row, _ in rows} for rows in groups]


def _decoded(row: Row, layout: Layout) -> Row:
    decoders = layout.decoders
    if not any(decoders):
        return row
    return tuple(value if decode is None else decode(value) for value, decode in zip(row, decoders, strict=True))


def _object(shape: Shape, sight: Sight) -> Make:
    makers = [(key, _maker(maker, sight)) for key, maker in shape]
    return lambda row, below: {key: make(row, below) for key, make in makers}


def _maker(maker: Maker, sight: Sight) -> Make:
    match maker:
        case Value(index):
            return lambda row, _: row[index]
        case Computed(indexes, by):
            return lambda row, _: by(*(row[at] for at in indexes))
        case Secret(text, flag):
            return lambda row, _: sight.secrets.opened(row[text], bool(row[flag]))
        case Hidden():
            return _hidden(maker, sight)
        case Fixed(value):
            return lambda *_: value
        case Joined(present, shape):
            inner = _object(shape, sight)
            return lambda row, below: None if row[present] is None else inner(row, below)
        case Fetched(child):
            return lambda _, below: below[child]
        case Reduced(child, by, indexes):
            return lambda row, below: by(below[child], *(row[at] for at in indexes))


def _hidden(maker: Hidden, sight: Sight) -> Make:
    make, hide = _maker(maker.of, sight), sight.secrets.hiding(maker.secrecy)
    shown = frozenset() if maker.unless is None else sight.scopes.of(maker.unless)

    def made(row: Row, below: Sequence[Any]) -> object:
        value = make(row, below)
        if (None if maker.dag is None else row[maker.dag]) in shown:
            return value
        return hide(value, None if maker.name is None else row[maker.name])

    return made


def _page(
    fetch: Fetch, form: PageForm, rows: list[tuple[Row, Sequence[Any]]], at: int, sight: Sight
) -> dict[str, object]:
    """Return the page that these rows are, the last of which may only say that more follow."""
    frame, layout = fetch.frame, fetch.variant.layout
    shown = rows[: frame.first]
    told: dict[str, object] = {}
    for part in form.parts:
        match part:
            case NodesPart(key, shape):
                make = _object(shape, sight)
                told[key] = [make(*row) for row in shown]
            case EdgesPart(key, parts):
                makers = [(name, _edge_part(inner, layout, sight)) for name, inner in parts]
                told[key] = [{name: make(*row) for name, make in makers} for row in shown]
            case InfoPart(key, fields):
                info = {
                    "hasNextPage": len(rows) > frame.first,
                    "hasPreviousPage": frame.after,
                    "startCursor": _cursor(shown[0][0], layout, sight) if shown else None,
                    "endCursor": _cursor(shown[-1][0], layout, sight) if shown else None,
                    "__typename": "PageInfo",
                }
                told[key] = {name: info[field] for name, field in fields}
            case TotalPart(key, given):
                told[key] = frame.totals[given][at]
            case FixedPart(key, value):
                told[key] = value
    return told


def _edge_part(part: Shape | Fixed | None, layout: Layout, sight: Sight) -> Make:
    if part is None:
        return lambda row, _: _cursor(row, layout, sight)
    if isinstance(part, Fixed):
        return lambda *_: part.value
    return _object(part, sight)


def _cursor(row: Row, layout: Layout, sight: Sight) -> str:
    hidden = sight.secrets.numbers.hidden
    return encode_cursor(layout.tag, [hidden(row[at]) if at in layout.counted else row[at] for at in layout.order])
