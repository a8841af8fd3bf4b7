"""Changes to variables."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph.changes.carrying import ContextInfo, carry_out, given
from graph.types.node import global_id
from graph.types.variable import Variable
from resolvers.operations import variables


@strawberry.input(description="A variable to create, or to set anew if there is one of its key.")
class SetVariableInput:
    """A variable to create, or to set anew."""

    key: str = strawberry.field(description="Its key, 250 characters at most.")
    value: str = strawberry.field(description="Its value; stored encrypted where a Fernet key is known.")
    description: str | None = strawberry.field(default=None, description="What it is for.")


@strawberry.input(description="What to change of a variable. What is left out stays as it is.")
class UpdateVariableInput:
    """What to change of a variable."""

    key: str = strawberry.field(description="The variable's key.")
    value: str | None = strawberry.field(default=UNSET, description="Its value from now on.")
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")


def set_variable(
    info: ContextInfo,
    input: Annotated[SetVariableInput, strawberry.argument(description="The variable.")],
) -> Variable:
    """Create a variable, or set it anew."""
    made: Any = carry_out(info, variables.set_variable, key=input.key, value=input.value, description=input.description)
    return made  # type: ignore[no-any-return]


def update_variable(
    info: ContextInfo,
    input: Annotated[UpdateVariableInput, strawberry.argument(description="What to change.")],
) -> Variable:
    """Change a variable."""
    values = given(value=UNSET if input.value is None else input.value, description=input.description)
    changed: Any = carry_out(info, variables.update_variable, key=input.key, **values)
    return changed  # type: ignore[no-any-return]


def delete_variable(
    info: ContextInfo, key: Annotated[str, strawberry.argument(description="The variable's key.")]
) -> strawberry.ID:
    """Delete a variable."""
    found = carry_out(info, variables.delete_variable, key=key)
    return strawberry.ID(global_id("Variable", found.key))
