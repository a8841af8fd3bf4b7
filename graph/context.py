"""What the resolvers of one request share."""

from dataclasses import dataclass

from resolvers.service import Session


@dataclass(frozen=True)
class Context:
    """What the resolvers of one request share: the session of whoever asks."""

    session: Session


@dataclass(frozen=True)
class Asking:
    """What a function that answers a root field learns of the request, in the place of strawberry's `Info`."""

    context: Context
