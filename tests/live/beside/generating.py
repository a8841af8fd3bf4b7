"""Requests made up from what a document says of an operation, each by a number of its own, and always the same."""

from collections.abc import Sequence
from random import Random
from urllib.parse import urlencode

from .addresses import Address
from .bodies import Body
from .choosing import Choosing
from .document import Operation
from .odd import ACCEPT
from .request import Request
from .vocabulary import Vocabulary

_WRONG = ("nothing", "nothing", "path", "query", "query", "query", "body", "body", "body", "everything", "address")
"""What may be wrong with a request."""
NEGOTIATED = ("/config", "/config/section/{section}/option/{option}", "/dagSources/{file_token}")
"""Paths whose answer depends on what is accepted; the logs' too."""


class Maker:
    """Makes the requests of one operation for callers of these names; the first caller is who asks most."""

    def __init__(self, operation: Operation, vocabulary: Vocabulary, callers: Sequence[str], seed: str) -> None:
        self._operation = operation
        self._vocabulary = vocabulary
        self._callers = callers
        self._seed = seed

    def request(self, number: int) -> Request:
        """Return the request of a number: most are right in all but one place."""
        operation = self._operation
        random = Random(f"{self._seed} {operation.name} {number}")  # noqa: S311 - made to be made again
        of = Choosing(operation, self._vocabulary, random)
        wrong = random.choice(_WRONG)
        address = Address(of)
        path = address.path(wrong=wrong == "path" or (wrong == "everything" and random.random() < 0.3))
        query = address.query(wrong=wrong in ("query", "everything"))
        headers: dict[str, str] = {}
        content = None
        if operation.body is not None:
            headers["Content-Type"] = "application/json"
            content = Body(of).content(headers, wrong=wrong in ("body", "everything"))
        if operation.path in NEGOTIATED or "/logs/" in operation.path:
            headers["Accept"] = random.choice(ACCEPT)
        method = operation.method
        if wrong == "address":
            method, path = address.astray(method, path)
        caller = self._callers[0] if random.random() < 0.93 else random.choice(self._callers)
        order_by = next((value for name, value in query if name == "order_by"), None)
        return Request(operation, number, method, path, urlencode(query), content, headers, caller, order_by)
