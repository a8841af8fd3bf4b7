"""Changes to pools."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph.changes.carrying import ContextInfo, carry_out, given
from graph.types.node import global_id
from graph.types.pool import Pool
from resolvers.operations import pools


@strawberry.input(description="A pool to create.")
class CreatePoolInput:
    """A pool to create."""

    name: str = strawberry.field(description="Its name, 256 characters at most.")
    slots: int = strawberry.field(description="How many slots it has; -1 for no limit.")
    description: str | None = strawberry.field(default=None, description="What it is for.")
    include_deferred: bool = strawberry.field(
        default=False, description="Whether deferred task instances keep their slots."
    )


@strawberry.input(description="What to change of a pool. What is left out stays as it is.")
class UpdatePoolInput:
    """What to change of a pool."""

    name: str = strawberry.field(description="The pool's name.")
    new_name: str | None = strawberry.field(default=UNSET, description="Its name from now on.")
    slots: int | None = strawberry.field(default=UNSET, description="How many slots it has; -1 for no limit.")
    description: str | None = strawberry.field(default=UNSET, description="What it is for.")
    include_deferred: bool | None = strawberry.field(
        default=UNSET, description="Whether deferred task instances keep their slots."
    )


def create_pool(
    info: ContextInfo,
    input: Annotated[CreatePoolInput, strawberry.argument(description="The pool.")],
) -> Pool:
    """Create a pool."""
    made: Any = carry_out(
        info,
        pools.create_pool,
        name=input.name,
        slots=input.slots,
        description=input.description,
        include_deferred=input.include_deferred,
    )
    return made  # type: ignore[no-any-return]


def update_pool(
    info: ContextInfo,
    input: Annotated[UpdatePoolInput, strawberry.argument(description="What to change.")],
) -> Pool:
    """Change a pool."""
    values = given(
        # A null says as little as leaving it out where the pool must have a value.
        new_name=UNSET if input.new_name is None else input.new_name,
        slots=UNSET if input.slots is None else input.slots,
        description=input.description,
        include_deferred=UNSET if input.include_deferred is None else input.include_deferred,
    )
    changed: Any = carry_out(info, pools.update_pool, name=input.name, **values)
    return changed  # type: ignore[no-any-return]


def delete_pool(
    info: ContextInfo, name: Annotated[str, strawberry.argument(description="The pool's name.")]
) -> strawberry.ID:
    """Delete a pool."""
    key = carry_out(info, pools.delete_pool, name=name)
    return strawberry.ID(global_id("Pool", key.pool))
