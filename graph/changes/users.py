"""Changes to users of FAB's auth manager."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from graph.changes.carrying import ContextInfo, carry_out, given
from graph.types.node import global_id
from graph.types.user import User
from resolvers.operations import users


@strawberry.input(description="A user to create.")
class CreateUserInput:
    """A user to create."""

    username: str = strawberry.field(description="The name that they come in by, 512 characters at most.")
    email: str = strawberry.field(description="Their e-mail address, which is nobody else's.")
    first_name: str = strawberry.field(description="Their first name.")
    last_name: str = strawberry.field(description="Their last name.")
    password: str | None = strawberry.field(
        default=None, description="Their password. Without one nobody comes in by a password, until they have one."
    )
    roles: list[str] | None = strawberry.field(
        default=None, description="The names of their roles; without any, Public."
    )


@strawberry.input(description="What to change of a user. What is left out, or null, stays as it is.")
class UpdateUserInput:
    """What to change of a user."""

    username: str = strawberry.field(description="The user's name.")
    new_username: str | None = strawberry.field(default=UNSET, description="Their name from now on.")
    email: str | None = strawberry.field(default=UNSET, description="Their e-mail address.")
    first_name: str | None = strawberry.field(default=UNSET, description="Their first name.")
    last_name: str | None = strawberry.field(default=UNSET, description="Their last name.")
    password: str | None = strawberry.field(default=UNSET, description="Their password; the former one ends at once.")
    roles: list[str] | None = strawberry.field(
        default=UNSET, description="The names of their roles, instead of those that they have."
    )
    is_active: bool | None = strawberry.field(default=UNSET, description="Whether they may come in.")


def create_user(
    info: ContextInfo,
    input: Annotated[CreateUserInput, strawberry.argument(description="The user.")],
) -> User:
    """Create a user."""
    made: Any = carry_out(
        info,
        users.create_user,
        username=input.username,
        email=input.email,
        first_name=input.first_name,
        last_name=input.last_name,
        password=input.password or "",
        roles=input.roles or (),
    )
    return made  # type: ignore[no-any-return]


def update_user(
    info: ContextInfo,
    input: Annotated[UpdateUserInput, strawberry.argument(description="What to change.")],
) -> User:
    """Change a user."""
    names = ("new_username", "email", "first_name", "last_name", "password", "roles", "is_active")
    told = {name: getattr(input, name) for name in names}
    # A null says as little as leaving it out: a user has all of these.
    values = given(**{name: UNSET if value is None else value for name, value in told.items()})
    changed: Any = carry_out(info, users.update_user, username=input.username, **values)
    return changed  # type: ignore[no-any-return]


def delete_user(
    info: ContextInfo, username: Annotated[str, strawberry.argument(description="The user's name.")]
) -> strawberry.ID:
    """Delete a user."""
    key = carry_out(info, users.delete_user, username=username)
    return strawberry.ID(global_id("User", key.username))
