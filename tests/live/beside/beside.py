"""A real Airflow and ours beside it, over two databases that are alike: what either changes is put back."""

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from .deliberate import deliberate
from .document import Operation, operations
from .generating import Maker
from .likeness import Told, answers_apart, changes_apart, told
from .request import Request
from .tables import Change, Tables
from .vocabulary import Vocabulary

DENIED = 403


class Beside:
    """Two servers, and the callers whom both know, by their passwords; the first caller may do everything."""

    def __init__(
        self, theirs: tuple[str, str], ours: tuple[str, str], callers: Mapping[str, str], vocabulary: Vocabulary
    ) -> None:
        """Each server is its address and its database."""
        self._addresses = (theirs[0], ours[0])
        self._clients = (httpx.Client(timeout=60, trust_env=False), httpx.Client(timeout=60, trust_env=False))
        self._tables = (Tables(theirs[1]), Tables(ours[1]))
        # A real server sets some rows right as it starts.
        self._tables[1].become(self._tables[0])
        self._callers = callers
        self._vocabulary = vocabulary
        self._since = datetime.now(UTC)
        document = self._clients[0].get(f"{theirs[0]}/api/v1/openapi.json").raise_for_status().json()
        self.operations: Mapping[str, Operation] = {one.name: one for one in operations(document)}

    def close(self) -> None:
        """Let go of servers and databases."""
        for client, tables in zip(self._clients, self._tables, strict=True):
            client.close()
            tables.close()

    def request(self, name: str, seed: str, number: int) -> Request:
        """Return a request of the operation of a name."""
        return Maker(self.operations[name], self._vocabulary, list(self._callers), seed).request(number)

    def apart(self, request: Request) -> list[str]:
        """Ask both, and say in what they differ that is not meant: first their answers, then what they changed."""
        theirs, ours = (self._asked(at, request) for at in (0, 1))
        apart = answers_apart(request, theirs, ours)
        if request.operation.method != "GET" or request.method != "GET":
            changes = [tables.changes() for tables in self._tables]
            for tables, changed in zip(self._tables, changes, strict=True):
                if changed or theirs.status >= 500:
                    tables.restore()
            apart += self._changes_apart(theirs, *changes)
        meant = apart and deliberate(request, theirs, ours, everything=next(iter(self._callers)))
        return [] if meant else apart

    def _changes_apart(self, theirs: Told, real: Mapping[str, Change], own: Mapping[str, Change]) -> list[str]:
        if theirs.status >= 500:
            return []
        if theirs.status == DENIED:
            # Denied changes are in the audit log, of ours alone.
            own = {name: change for name, change in own.items() if name != "log"}
        return changes_apart(real, own, self._since)

    def _asked(self, at: int, request: Request) -> Told:
        client = self._clients[at]
        address = f"{self._addresses[at]}/api/v1{request.path}" + (f"?{request.query}" if request.query else "")
        credentials = (request.caller, self._callers[request.caller])
        try:
            sent = client.build_request(request.method, address, content=request.body, headers=dict(request.headers))
            return told(client.send(sent, auth=credentials), self._since)
        finally:
            # Airflow would know them again by the session that it opens.
            client.cookies.clear()
