"""Changes to connections."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph.changes.carrying import ContextInfo, carry_out, given
from graph.types.connection import ConnectionSettings
from graph.types.node import global_id
from resolvers.operations import connections


@strawberry.input(description="A connection to create.")
class CreateConnectionInput:
    """A connection to create."""

    connection_id: str = strawberry.field(
        description="The id that DAGs call it by: at most 200 letters, digits, underscores, dots and dashes."
    )
    conn_type: str = strawberry.field(description="Of which type it is, such as `postgres`.")
    description: str | None = strawberry.field(default=None, description="What it is for.")
    host: str | None = strawberry.field(default=None, description="The host.")
    schema: str | None = strawberry.field(default=None, description="The schema, or what its type calls so.")
    login: str | None = strawberry.field(default=None, description="The name to log in with.")
    password: str | None = strawberry.field(
        default=None, description="The password; stored encrypted where a Fernet key is known, and never shown."
    )
    port: int | None = strawberry.field(default=None, description="The port.")
    extra: str | None = strawberry.field(
        default=None, description="What else its type needs: a JSON object as text, stored as the password is."
    )


@strawberry.input(description="What to change of a connection. What is left out stays as it is.")
class UpdateConnectionInput:
    """What to change of a connection."""

    connection_id: str = strawberry.field(description="The connection's id.")
    conn_type: str | None = strawberry.field(default=UNSET, description="Of which type it is, such as `postgres`.")
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")
    host: str | None = strawberry.field(default=UNSET, description="The host.")
    schema: str | None = strawberry.field(default=UNSET, description="The schema, or what its type calls so.")
    login: str | None = strawberry.field(default=UNSET, description="The name to log in with.")
    password: str | None = strawberry.field(
        default=UNSET, description="The password; null or empty leaves the one that there is."
    )
    port: int | None = strawberry.field(default=UNSET, description="The port.")
    extra: str | None = strawberry.field(
        default=UNSET,
        description="What else its type needs: a JSON object as text. It is replaced as a whole: a masked secret sent "
        "back is stored as `***`.",
    )


def create_connection(
    info: ContextInfo,
    input: Annotated[CreateConnectionInput, strawberry.argument(description="The connection.")],
) -> ConnectionSettings:
    """Create a connection."""
    made: Any = carry_out(info, connections.create_connection, **vars(input))
    return made  # type: ignore[no-any-return]


def update_connection(
    info: ContextInfo,
    input: Annotated[UpdateConnectionInput, strawberry.argument(description="What to change.")],
) -> ConnectionSettings:
    """Change a connection."""
    told = dict(vars(input))
    # A null says as little as leaving it out where the connection must have a value.
    if told["conn_type"] is None:
        told["conn_type"] = UNSET
    changed: Any = carry_out(info, connections.update_connection, **given(**told))
    return changed  # type: ignore[no-any-return]


def delete_connection(
    info: ContextInfo, connection_id: Annotated[str, strawberry.argument(description="The connection's id.")]
) -> strawberry.ID:
    """Delete a connection."""
    key = carry_out(info, connections.delete_connection, connection_id=connection_id)
    return strawberry.ID(global_id("ConnectionSettings", key.conn_id))
