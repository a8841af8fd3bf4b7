"""How statements are run on a connection of psycopg, below its cursors: for half of what those cost."""

import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import blake2b
from itertools import repeat
from typing import Any

from psycopg import Connection, capabilities
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, error_from_result
from psycopg.generators import fetch, send
from psycopg.pq import ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult

from resolvers.metadata.allowance import Allowance
from resolvers.metadata.terms import Terms
from resolvers.metadata.wire import Parameters, Wire

# Most statements that one connection remembers, and the server keeps prepared for it.
_MOST = 200

# A parameter of the driver's paramstyle, or a percent sign that stands for itself.
_PLACE = re.compile(r"%(?:%|s|\(([^)]+)\)s)")

# Types whose binary form, which is cheaper to send and to read, comes out as the same value as their text: bool,
# bytea, name, int8, int2, int4, text, json, float8, bpchar, varchar, date, timestamp, timestamptz, numeric, uuid,
# jsonb, and arrays of int4, text, varchar, int8.
_BINARY = frozenset(
    {16, 17, 19, 20, 21, 23, 25, 114, 701, 1042, 1043, 1082, 1114, 1184, 1700, 2950, 3802, 1007, 1009, 1015, 1016}
)

# Types whose values may be of any length: bytea, text, json, xml, jsonb, array of text; and varchar without a limit.
_LONG = frozenset({17, 25, 114, 142, 3802, 1009})
_VARCHAR, _UNLIMITED = 1043, -1

# Of statements with long values so many rows are received at once.
_PART = 20

_GOOD = frozenset(
    {
        ExecStatus.TUPLES_OK,
        ExecStatus.COMMAND_OK,
        ExecStatus.TUPLES_CHUNK,
        ExecStatus.SINGLE_TUPLE,
    }
)


class _Statement:
    """What a connection remembers of a statement that it has run."""

    def __init__(self, statement: str, connection: Connection) -> None:
        text, self.keys = _numbered(statement)
        self.text = text.encode(connection.info.encoding)
        self.transformer = Transformer(connection)
        # The form in which results are asked for: text, until their types are known.
        self.format = Format.TEXT
        self.has_run = False
        # Columns that set the length of their values no limit; unknown until it has run.
        self.long: tuple[int, ...] = ()
        # The names under which it is prepared, by the types of the parameters.
        self.prepared: dict[tuple[int, ...], bytes] = {}

    def describe(self, result: PGresult) -> None:
        """Remember what its columns are like."""
        self.has_run = True
        columns = range(result.nfields)
        if all(result.ftype(at) in _BINARY for at in columns):
            self.format = Format.BINARY
        self.long = tuple(
            at
            for at in columns
            if result.ftype(at) in _LONG or (result.ftype(at) == _VARCHAR and result.fmod(at) == _UNLIMITED)
        )


def _length(result: PGresult, columns: Sequence[int]) -> int:
    """Return how many bytes there are in these columns."""
    rows = range(result.ntuples)
    return sum(sum(map(len, filter(None, map(result.get_value, rows, repeat(at))))) for at in columns)


def _numbered(statement: str) -> tuple[str, tuple[str | int, ...]]:
    """Return a statement with numbered parameters, and of each number the name, or the place, of its value."""
    numbers: dict[str | int, int] = {}

    def number(place: re.Match[str]) -> str:
        if place[0] == "%%":
            return "%"
        return f"${numbers.setdefault(place[1] or len(numbers), len(numbers) + 1)}"

    return _PLACE.sub(number, statement), tuple(numbers)


def _results(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Send what waits in a pipeline, and return the results of its commands."""
    yield from send(pgconn)
    found: list[PGresult] = []
    while True:
        result = yield from fetch(pgconn)
        if result is None:
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


class LibpqWire(Wire):
    """A connection of psycopg: statements prepared where the terms allow it, rows in binary form."""

    def __init__(self, connection: Connection, terms: Terms) -> None:
        super().__init__(terms)
        self._connection = connection
        self._pgconn = connection.pgconn
        self._statements: OrderedDict[str, _Statement] = OrderedDict()
        # What begins the transaction, until it is sent.
        self._opening: str | None = None

    def tell(self, statement: str) -> None:
        """Run a statement, or several, that return nothing."""
        self._checked(self._pgconn.exec_(statement.encode()))

    def begin(self, statements: Sequence[str]) -> None:
        """Begin a transaction: along with its first statement, which saves a trip, where it is but one command."""
        if len(statements) == 1 and ";" not in statements[0]:
            self._opening = statements[0]
            self.is_open = True
        else:
            super().begin(statements)

    def commit(self) -> None:
        """End the transaction."""
        super().commit()
        if self._opening is None:
            self.tell("COMMIT")
        self._opening = None

    def undo(self) -> None:
        """Undo whatever is open on the connection."""
        super().undo()
        self._opening = None
        self._connection.rollback()

    def rows(
        self, statement: str, parameters: Parameters, allowance: Allowance, *, last: bool = False
    ) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows; the second time it is prepared."""
        known = self._known(statement)
        transformer = known.transformer
        values = [parameters[key] for key in known.keys]  # type: ignore[index] # by what they are
        # Lists of keys may be long: written as text, they take several times as long.
        forms = [PyFormat.BINARY if isinstance(value, list) else PyFormat.AUTO for value in values]
        dumped = transformer.dump_sequence(values, forms)
        types, formats = transformer.types or (), transformer.formats
        name = None
        if self.terms.prepares and known.has_run:
            name = known.prepared.get(types) or self._prepare(known, types)
        opening, self._opening = self._opening, None
        last = last and self.is_open
        if name is not None and not known.long and (opening or last):
            send_it = partial(self._pgconn.send_query_prepared, name, dumped, formats, known.format)
            result = self._in_one_trip(opening, send_it, last=last)
            transformer.set_pgresult(result)
            rows = transformer.load_rows(0, result.ntuples, tuple)
            transformer.set_pgresult(None)
            return rows
        if opening is not None:
            self.tell(opening)
        if known.has_run and not known.long:
            if name is not None:
                result = self._pgconn.exec_prepared(name, dumped, formats, known.format)  # type: ignore[arg-type] # NULLs too
            else:
                result = self._pgconn.exec_params(known.text, dumped, types, formats, known.format)
            self._checked(result)
            transformer.set_pgresult(result)
            rows = transformer.load_rows(0, result.ntuples, tuple)
        else:
            if name is not None:
                self._pgconn.send_query_prepared(name, dumped, formats, known.format)
            else:
                self._pgconn.send_query_params(known.text, dumped, types, formats, known.format)
            rows = self._rows_in_parts(known, allowance)
        # The statement is remembered, its result is not.
        transformer.set_pgresult(None)
        return rows

    def _in_one_trip(self, opening: str | None, send_it: Callable[[], None], *, last: bool) -> PGresult:
        """Return the result of a statement that is sent along with what begins its transaction, or what ends it."""
        pgconn = self._pgconn
        pgconn.enter_pipeline_mode()
        try:
            if opening is not None:
                pgconn.send_query_params(opening.encode(), None)
            send_it()
            if last:
                pgconn.send_query_params(b"COMMIT", None)
            pgconn.pipeline_sync()
            results = self._connection.wait(_results(pgconn))
        finally:
            pgconn.exit_pipeline_mode()
        for result in results:
            self._checked(result)
        self.is_open = not last
        return results[0 if opening is None else 1]

    def _rows_in_parts(self, known: _Statement, allowance: Allowance) -> list[tuple[Any, ...]]:
        """Return the rows of what was sent, of which no more than a part is held beside the rows themselves."""
        if capabilities.has_stream_chunked():
            self._pgconn.set_chunked_rows_mode(_PART)
        else:
            self._pgconn.set_single_row_mode()
        rows: list[tuple[Any, ...]] = []
        first = True
        try:
            self._connection.wait(send(self._pgconn))
            while (part := self._connection.wait(fetch(self._pgconn))) is not None:
                self._checked(part)
                if first and not known.has_run:
                    known.describe(part)
                allowance.spend(_length(part, known.long))
                known.transformer.set_pgresult(part, set_loaders=first)
                rows += known.transformer.load_rows(0, part.ntuples, tuple)
                first = False
        except BaseException:
            self._abandon()
            raise
        return rows

    def _abandon(self) -> None:
        """Have the server stop sending, and throw away what it has sent: the connection may then be used again."""
        if self._pgconn.transaction_status == TransactionStatus.ACTIVE:
            self.cancel(None)
        while self._connection.wait(fetch(self._pgconn)) is not None:
            pass

    def cancel(self, _: object) -> None:
        """Ask on a connection of its own, as the protocol has it."""
        self._connection.cancel_safe(timeout=5)

    def is_outdated(self, error: Exception) -> bool:
        """Whether what is prepared speaks of tables that were changed since, as by a migration."""
        return self.terms.prepares and isinstance(error, FeatureNotSupported)

    def _known(self, statement: str) -> _Statement:
        known = self._statements.get(statement)
        if known is None:
            known = self._statements[statement] = _Statement(statement, self._connection)
            if len(self._statements) > _MOST:
                _, oldest = self._statements.popitem(last=False)
                for name in oldest.prepared.values():
                    self.tell(f"DEALLOCATE {name.decode()}")
        else:
            self._statements.move_to_end(statement)
        return known

    def _prepare(self, known: _Statement, types: tuple[int, ...]) -> bytes:
        # The name says what is prepared: a pooler that mixes up sessions, which it should not, cannot make one
        # statement of ours answer for another.
        name = b"ag_" + blake2b(known.text + repr(types).encode(), digest_size=12).hexdigest().encode()
        self._checked(self._pgconn.prepare(name, known.text, types))
        known.prepared[types] = name
        return name

    def _checked(self, result: PGresult) -> None:
        if result.status not in _GOOD:
            raise error_from_result(result, self._connection.info.encoding)
