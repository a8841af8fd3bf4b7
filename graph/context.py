"""What the resolvers of one request share."""

from dataclasses import dataclass

from resolvers.service import Session


@dataclass(frozen=True)
class Context:
    """What the resolvers of one request share: the session of whoever asks."""

    session: Session
