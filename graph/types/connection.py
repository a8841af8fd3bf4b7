"""Connections: how DAGs reach other systems. Their passwords are never shown."""

import strawberry

from graph.types.base import column, derived, entity, identity, masked, matches
from graph.types.guards import CONNECTIONS
from graph.types.node import Node
from resolvers.binding import Decrypted, Operator, Secrecy


@strawberry.input(description="Which connections. Conditions that are left out do not matter.")
class ConnectionSettingsFilter:
    """Which connections."""

    connection_id: list[str] | None = matches("Its id is one of these.", "conn_id")
    connection_id_contains: str | None = matches(
        "Its id contains this text, in any case.", "conn_id", Operator.CONTAINS
    )
    conn_type: list[str] | None = matches("It is of one of these types.", "conn_type")


# Airflow's noun ends in the word that Relay has for a page of a list: ConnectionConnection would be nobody's friend.
@entity("connection", key="conn_id", guard=CONNECTIONS)
class ConnectionSettings(Node):
    """A connection: how DAGs reach another system. Its password is never shown.

    Those of environment variables and secrets backends are not in the metadata database, and so not here.
    """

    id: strawberry.ID = identity()
    connection_id: str = column("The id that DAGs call it by.", source="conn_id")
    conn_type: str = column("Of which type it is, such as `postgres`.")
    description: str | None = column("What it is for.")
    host: str | None = column("The host.")
    schema: str | None = column("The schema, or what its type calls so.")
    login: str | None = column("The name to log in with.")
    port: int | None = column("The port.")
    has_password: bool = derived("Whether it has a password.", needs="password", by=bool)
    extra: str | None = masked(
        "What else its type needs: a JSON object as text. Secrets in it, by Airflow's rules for sensitive keys, are "
        "`***`; so is text that is no object.",
        Decrypted("extra", "is_extra_encrypted"),
        Secrecy.DOCUMENT,
    )
    is_encrypted: bool = derived("Whether its password is stored encrypted.", needs="is_encrypted", by=bool)
    is_extra_encrypted: bool = derived("Whether its `extra` is stored encrypted.", needs="is_extra_encrypted", by=bool)
    team_name: str | None = column("The team that it belongs to. Since Airflow 3.2.")
