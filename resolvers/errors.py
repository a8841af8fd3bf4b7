"""The one taxonomy of refusals, raised everywhere and rendered once per dialect.

Problem
├── Invalid           the request is wrong, and the caller can mend it
├── Unauthenticated   nobody known is asking
├── Forbidden         somebody known is asking for what is not theirs
├── NotFound          the thing named does not exist, or not for this caller
├── Conflict          the request is right, but the state of things forbids it
├── Unsupported       this Airflow, or this database, cannot do it
├── TooExpensive      the answer would cost more than the limits allow
├── TooMany           this was asked for too often, or by too many at once
└── Unavailable       the database cannot be reached or does not answer in time
"""

import math
from typing import ClassVar


class Problem(Exception):  # noqa: N818 - the taxonomy reads better in its own words
    """A refusal that a client may see.

    `detail` says what is wrong, with the value; `hint` what to do about it; `field` names the
    argument or property at fault.
    """

    code: ClassVar[str] = "PROBLEM"

    def __init__(self, detail: str, *, field: str | None = None, hint: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.hint = hint


class Invalid(Problem):
    """The request is wrong, and the caller can mend it."""

    code = "INVALID"


class Unauthenticated(Problem):
    """Nobody known is asking. `challenges` are what `WWW-Authenticate` says of the ways to become known."""

    code = "UNAUTHENTICATED"

    def __init__(self, detail: str, *, challenges: tuple[str, ...] = (), hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.challenges = challenges


class Forbidden(Problem):
    """Somebody known is asking for what is not theirs."""

    code = "FORBIDDEN"


class NotFound(Problem):
    """The thing named does not exist, or not for this caller."""

    code = "NOT_FOUND"


class Conflict(Problem):
    """The request is right, but the state of things forbids it."""

    code = "CONFLICT"


class Unsupported(Problem):
    """This Airflow, or this database, cannot do it."""

    code = "UNSUPPORTED"


class TooExpensive(Problem):
    """The answer would cost more than the limits allow."""

    code = "TOO_EXPENSIVE"


class TooMany(Problem):
    """This was asked for too often, or by too many at once. In `retry_after` whole seconds it may be asked again."""

    code = "TOO_MANY"

    def __init__(self, detail: str, *, retry_after: float, hint: str | None = None) -> None:
        super().__init__(detail, hint=hint)
        self.retry_after = max(1, math.ceil(retry_after))


class Unavailable(Problem):
    """The database cannot be reached, or does not answer in time."""

    code = "UNAVAILABLE"
