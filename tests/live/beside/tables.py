"""The tables of a database as they were at first: what changed since, and how to put that back."""

from collections.abc import Mapping
from contextlib import suppress

import psycopg
from psycopg import sql

LEFT_OUT = ("session", "alembic_version")
"""Tables that tell nothing of what was asked."""
MOVED_BY_LOGINS = {"ab_user": ("last_login", "login_count", "fail_login_count", "changed_on")}
_ROWS = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(%s) ORDER BY 1"
_REFERENCES = """
    SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint WHERE contype = 'f'
"""
_COLUMNS = """
    SELECT column_name FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position
"""
_SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"

Row = tuple[str, ...]
Change = tuple[list[dict[str, str]], list[dict[str, str]]]


class Tables:
    """All tables of a database; `changes` and `restore` speak of what became of them since this was made."""

    def __init__(self, database: str) -> None:
        self._connection = psycopg.connect(database, autocommit=True)
        names = self._connection.execute(_ROWS, (list(LEFT_OUT),)).fetchall()
        self._columns = {name: self._columns_of(name) for (name,) in names}
        self._content = {name: self._copied(name) for name in self._columns}
        self._references = [
            (one.strip('"'), other.strip('"')) for one, other in self._connection.execute(_REFERENCES).fetchall()
        ]
        self._sequences = self._connection.execute(_SEQUENCES).fetchall()
        self._prints = self._fingerprints()

    def become(self, other: "Tables") -> None:
        """Make the rows those that another database had at first, and take them for those of this one."""
        self._content, self._sequences = other._content, other._sequences
        self._put_back(sorted(self._columns))
        self._prints = self._fingerprints()

    def close(self) -> None:
        """Let go of the database."""
        self._connection.close()

    def changes(self) -> Mapping[str, Change]:
        """Return the rows that are gone and those that are new, by table, each by column."""
        return {name: self._change(name) for name in self._changed()}

    def restore(self) -> None:
        """Put back what changed, and the numbers that rows are to get next."""
        changed = set(self._changed())
        whole = False
        while not whole:
            more = {one for one, other in self._references if other in changed and one in self._columns} - changed
            changed |= more
            whole = not more
        for _ in range(3):
            with suppress(psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
                self._put_back(sorted(changed))
                return
            self._connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        raise AssertionError(f"Somebody holds {changed}.")

    def _put_back(self, names: list[str]) -> None:
        with self._connection.transaction(), self._connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            if names:
                tables = sql.SQL(", ").join(map(sql.Identifier, names))
                cursor.execute(sql.SQL("TRUNCATE {}").format(tables))
            for name in names:
                with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(name))) as copy:
                    copy.write(self._content[name])
            for name, last in self._sequences:
                cursor.execute("SELECT setval(%s, %s, %s)", (f'"{name}"', last or 1, last is not None))

    def _changed(self) -> list[str]:
        now = self._fingerprints()
        return [name for name in self._columns if now[name] != self._prints[name]]

    def _change(self, name: str) -> Change:
        before, after = (
            self._told(name, content.splitlines()) for content in (self._content[name], self._copied(name))
        )
        return [row for row in before if row not in after], [row for row in after if row not in before]

    def _told(self, name: str, rows: list[bytes]) -> list[dict[str, str]]:
        left_out = MOVED_BY_LOGINS.get(name, ())
        told = [dict(zip(self._columns[name], row.decode().split("\t"), strict=True)) for row in rows]
        return [{column: value for column, value in row.items() if column not in left_out} for row in told]

    def _fingerprints(self) -> dict[str, object]:
        """Return what tells the content of each table from another one, in one statement."""
        parts = []
        for name in self._columns:
            moved = "".join(f" - '{column}'" for column in MOVED_BY_LOGINS.get(name, ()))
            row = f"(to_jsonb(t){moved})::text" if moved else "t::text"
            parts.append(f"SELECT '{name}', count(*), sum(hashtextextended({row}, 0)::numeric) FROM \"{name}\" t")
        found = self._connection.execute(" UNION ALL ".join(parts).encode()).fetchall()
        return {name: rest for name, *rest in found}

    def _columns_of(self, name: str) -> list[str]:
        return [column for (column,) in self._connection.execute(_COLUMNS, (name,)).fetchall()]

    def _copied(self, name: str) -> bytes:
        with self._connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copy:
            return b"".join(bytes(piece) for piece in copy)
