"""Where in an ordered list a row stands, as an opaque text that a client hands back."""

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2s

import orjson

from resolvers.binding import Order
from resolvers.errors import Invalid
from resolvers.plan.numbers import Numbers


def list_tag(relation: str, order: Order) -> str:
    """Return what a cursor says of the list that it belongs to."""
    told = f"{relation}|{','.join(order.columns)}|{order.descending}"
    return blake2s(told.encode(), digest_size=4).hexdigest()


class Counted(int):
    """The type of numbers that a database counts, which cursors hold as `Numbers` hides them."""


def encode_cursor(tag: str, values: Sequence[object]) -> str:
    """Return the cursor of a row: the list that it belongs to, and the row's values in its order."""
    told = [[value.astimezone(UTC).isoformat()] if isinstance(value, datetime) else value for value in values]
    return base64.urlsafe_b64encode(orjson.dumps([tag, *told])).rstrip(b"=").decode()


def decode_cursor(cursor: str, tag: str, types: Sequence[type], numbers: Numbers) -> tuple[object, ...]:
    """Return the values that a cursor of this list holds, which are of these types.

    Raises `Invalid` for text that is no cursor, and for the cursor of a list of other rows or in
    another order: its values would mean nothing here.
    """
    wrong = Invalid(
        "This is not a cursor of this list.",
        field="after",
        hint="Use an endCursor, or a cursor of an edge, that the same list in the same order gave.",
    )
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        told = orjson.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
        if not isinstance(told, list) or len(told) != len(types) + 1 or told[0] != tag:
            raise wrong
        return tuple(_value(value, type_, numbers) for value, type_ in zip(told[1:], types, strict=True))
    except (ValueError, OverflowError, binascii.Error, UnicodeError) as error:
        raise wrong from error


def _value(told: object, type_: type, numbers: Numbers) -> object:
    match told:
        case [str(text)] if type_ is datetime:
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is not None:
                return instant.astimezone(UTC)
        case int() if type_ is Counted:
            return numbers.shown(told)
        case _ if type(told) is type_:
            return told
    raise ValueError(told)
