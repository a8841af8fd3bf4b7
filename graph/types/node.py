"""Global ids: one text that names an object among all objects of the graph."""

import base64
import binascii

import orjson
import strawberry

from resolvers.errors import Invalid


@strawberry.interface(description="An object that has an id of its own.")
class Node:
    """An object that has an id of its own."""

    id: strawberry.ID = strawberry.field(description="Names the object among all objects; `node(id:)` finds it again.")


def global_id(type_name: str, *key: object) -> str:
    """Return the id of an object: its type's name and its key."""
    return base64.urlsafe_b64encode(orjson.dumps([type_name, *key])).rstrip(b"=").decode()


def read_global_id(text: str) -> tuple[str, tuple[object, ...]]:
    """Return the type's name and the key that an id holds; `Invalid` for text that is no id."""
    wrong = Invalid(f"{text[:80]!r} is not the id of an object.", field="id", hint="Use the `id` of an answer.")
    try:
        padded = text + "=" * (-len(text) % 4)
        told = orjson.loads(base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, UnicodeError) as error:
        raise wrong from error
    match told:
        case [str(name), *key] if key and all(isinstance(part, str | int) for part in key):
            return name, tuple(key)
        case _:
            raise wrong
