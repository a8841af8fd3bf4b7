"""How an answer asks the database without knowing its driver: it yields statements and is sent their rows."""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rows = Sequence[Any]
Statement = tuple[str, tuple[Any, ...]]
Answering = Generator[Statement, Rows, bytes]

Asked = Mapping[str, str]
"""The query string of a request."""

Answer = Callable[[Asked], Answering]


@dataclass(frozen=True)
class Names:
    """What the two generations of Airflow call what the answers are about."""

    logical_date: str
    run_after: str
    note_key: str
    sla_miss: bool

    @classmethod
    def of(cls, airflow: str) -> "Names":
        """Return those of a minor release."""
        if airflow.startswith("3."):
            return cls("logical_date", "run_after", "note.ti_id = i.id", sla_miss=False)
        key = " AND ".join(f"note.{name} = i.{name}" for name in ("dag_id", "run_id", "task_id", "map_index"))
        return cls("execution_date", "execution_date", key, sla_miss=True)


UPPER: Mapping[str | None, str | None] = {None: None} | {
    name: name.upper()
    for name in (
        *("queued", "running", "success", "failed", "removed", "scheduled", "restarting", "up_for_retry"),
        *("up_for_reschedule", "upstream_failed", "skipped", "deferred", "awaiting_input", "shutdown"),
        *("manual", "backfill", "asset_triggered", "operator_triggered", "asset_materialization"),
    )
}
"""The names of enums, as GraphQL has them, by what is stored."""

EMPTY_PICKLE = b"\x80\x05}\x94."
"""What Airflow stores for the settings of nearly every executor: `{}`."""

CURSOR_SEPARATOR = "|"
