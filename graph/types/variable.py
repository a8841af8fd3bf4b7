"""Variables: values that DAGs look up by key."""

import strawberry

from graph.types.base import column, derived, entity, identity, masked, matches
from graph.types.guards import VARIABLE_EDITORS, VARIABLES
from graph.types.node import Node
from resolvers.binding import Decrypted, Operator, Secrecy


@strawberry.input(description="Which variables. Conditions that are left out do not matter.")
class VariableFilter:
    """Which variables."""

    key: list[str] | None = matches("Its key is one of these.", "key")
    key_contains: str | None = matches("Its key contains this text, in any case.", "key", Operator.CONTAINS)


@entity("variable", key="key", guard=VARIABLES)
class Variable(Node):
    """A value that DAGs look up by its key.

    Those of environment variables and secrets backends are not in the metadata database, and so not here.
    """

    id: strawberry.ID = identity()
    key: str = column("Its key.")
    value: str | None = masked(
        "Its value, decrypted; null, with an error, where the Fernet key to read it is missing. Secrets in it, by "
        "Airflow's rules for sensitive keys, are `***` to those who lack the permission `variable.edit`.",
        Decrypted("val", "is_encrypted"),
        Secrecy.TEXT,
        unless=VARIABLE_EDITORS,
        name="key",
    )
    description: str | None = column("What it is for.")
    is_encrypted: bool = derived("Whether its value is stored encrypted.", needs="is_encrypted", by=bool)
