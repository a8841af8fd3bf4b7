"""From the rows of a plan to a tree of plain values: what the writers write, before it is written.

This is the careful road: it makes every value, also those that the answer's types have no word for, and leaves it
to the caller to say what is wrong with which.
"""

from collections.abc import Callable, Sequence
from typing import Any

from resolvers.errors import Problem
from resolvers.plan.cursor import encode_cursor
from resolvers.plan.fetch import Fetch
from resolvers.plan.steps import (
    AggregateForm,
    Computed,
    EdgesPart,
    Fetched,
    Fixed,
    FixedPart,
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
from resolvers.plan.writer import Decrypt, Layout, Row

# A row's columns, without the place of its parent, and the answers of its children.
Make = Callable[[Row, Sequence[Any]], object]


def values(fetch: Fetch, decrypt: Decrypt) -> list[Any]:
    """Return the answers as plain values, by the parents' places; that at 0 is for nothing found."""
    below = [values(child, decrypt) for child in fetch.below]
    groups: list[list[tuple[Row, Sequence[Any]]]] = [[] for _ in range(fetch.count + 1)]
    layout = fetch.variant.layout
    for at, row in enumerate(fetch.rows):
        place = row[0] if layout.has_parents else 1
        found = [answers[places[at]] for answers, places in zip(below, fetch.positions, strict=True)]
        groups[place].append((_decoded(row[1:] if layout.has_parents else row, layout), found))
    form = fetch.stage.step.form
    match form:
        case PageForm():
            return [_page(fetch, form, rows, at, decrypt) for at, rows in enumerate(groups)]
        case ListForm(shape):
            make = _object(shape, decrypt)
            return [[make(*row) for row in rows] for rows in groups]
        case OneForm(shape):
            make = _object(shape, decrypt)
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


def _object(shape: Shape, decrypt: Decrypt) -> Make:
    makers = [(key, _maker(maker, decrypt)) for key, maker in shape]
    return lambda row, below: {key: make(row, below) for key, make in makers}


def _maker(maker: Maker, decrypt: Decrypt) -> Make:
    match maker:
        case Value(index):
            return lambda row, _: row[index]
        case Computed(indexes, by):
            return lambda row, _: by(*(row[at] for at in indexes))
        case Secret(text, flag):
            return lambda row, _: _opened(decrypt, row[text], row[flag])
        case Fixed(value):
            return lambda *_: value
        case Joined(present, shape):
            inner = _object(shape, decrypt)
            return lambda row, below: None if row[present] is None else inner(row, below)
        case Fetched(child):
            return lambda _, below: below[child]
        case Reduced(child, by, indexes):
            return lambda row, below: by(below[child], *(row[at] for at in indexes))


def _opened(decrypt: Decrypt, value: str | None, flag: object) -> object:
    """Return the text in the clear, or the refusal: one unreadable value must not hide the others."""
    try:
        return decrypt(value, bool(flag))
    except Problem as problem:
        return problem


def _page(
    fetch: Fetch, form: PageForm, rows: list[tuple[Row, Sequence[Any]]], at: int, decrypt: Decrypt
) -> dict[str, object]:
    """Return the page that these rows are, the last of which may only say that more follow."""
    frame, layout = fetch.frame, fetch.variant.layout
    shown = rows[: frame.first]
    told: dict[str, object] = {}
    for part in form.parts:
        match part:
            case NodesPart(key, shape):
                make = _object(shape, decrypt)
                told[key] = [make(*row) for row in shown]
            case EdgesPart(key, parts):
                makers = [(name, _edge_part(inner, layout, decrypt)) for name, inner in parts]
                told[key] = [{name: make(*row) for name, make in makers} for row in shown]
            case InfoPart(key, fields):
                info = {
                    "hasNextPage": len(rows) > frame.first,
                    "hasPreviousPage": frame.after,
                    "startCursor": _cursor(shown[0][0], layout) if shown else None,
                    "endCursor": _cursor(shown[-1][0], layout) if shown else None,
                    "__typename": "PageInfo",
                }
                told[key] = {name: info[field] for name, field in fields}
            case TotalPart(key, given):
                told[key] = frame.totals[given][at]
            case FixedPart(key, value):
                told[key] = value
    return told


def _edge_part(part: Shape | Fixed | None, layout: Layout, decrypt: Decrypt) -> Make:
    if part is None:
        return lambda row, _: _cursor(row, layout)
    if isinstance(part, Fixed):
        return lambda *_: part.value
    return _object(part, decrypt)


def _cursor(row: Row, layout: Layout) -> str:
    return encode_cursor(layout.tag, [row[at] for at in layout.order])
