"""The row that Airflow writes of every change, carried out or refused."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resolvers.access.actor import Actor
from resolvers.metadata.generation import Generation
from resolvers.operations.given import given
from resolvers.operations.work import Work
from resolvers.secrets import sensitive

MASK = "***"
_LONGEST_ID = 250
_DEEPEST = 100


@dataclass(frozen=True)
class Audit:
    """How Airflow names a change in its audit log.

    `airflow2` and `airflow3` are the event's names in each generation, empty where it writes none;
    `method` is the HTTP method that 3.x records. Of the arguments, `dag_id`, `run_id`, `task_id` and `map_index`
    go to columns of their own; `columns` names those that this event fills, `airflow2_columns` those that 2.x
    fills where that differs (it looks at the address of a request alone, 3.x also into its body). `quiet` says for
    which arguments no row is written. `airflow2_first` is an event that 2.x writes before this one, of the same.
    """

    airflow2: str
    airflow3: str
    method: str
    columns: tuple[str, ...] = ("dag_id", "run_id", "task_id")
    airflow2_columns: tuple[str, ...] | None = None
    quiet: Callable[[Generation, Mapping[str, object]], bool] | None = None
    airflow2_first: str = ""

    def events(self, generation: Generation) -> tuple[str, ...]:
        """Return the names of the events that this generation writes, in their order."""
        told = (self.airflow2_first, self.airflow2) if generation.number == 2 else (self.airflow3,)
        return tuple(name for name in told if name)

    def filled(self, generation: Generation) -> tuple[str, ...]:
        """Return the columns that this event fills in this generation."""
        if generation.number == 2 and self.airflow2_columns is not None:
            return self.airflow2_columns
        return self.columns


def masked(value: object, name: str = "", depth: int = 0) -> object:
    """Return a value as the audit log may hold it: what a telling name declares secret is hidden.

    So is what lies deeper than anybody looks.
    """
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        # A variable's value is as secret as its key says, and the two stand side by side.
        told = value.get("key", value.get("variable_key"))
        own = {"value": told, "val": told} if isinstance(told, str) else {}
        return {key: masked(inner, str(own.get(key, key)), depth + 1) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [masked(inner, name, depth + 1) for inner in value]
    return MASK if value is not None and name and sensitive(name) else value


def write_audit(work: Work, audit: Audit, arguments: Mapping[str, object], extra: Mapping[str, object] | None) -> None:
    """Write the row of one change. `extra` is what the caller sent, where that is not the arguments."""
    events = audit.events(work.generation)
    if not events or (audit.quiet is not None and audit.quiet(work.generation, arguments)):
        return
    columns = audit.filled(work.generation)
    told = {name: value for name, value in given(**arguments).items() if name not in columns and value is not None}
    sent = dict(extra if extra is not None else told)
    if work.generation.number == 3:
        sent["method"] = audit.method
    actor: Actor = work.actor
    for event in events:
        work.insert(
            "log",
            {
                "dttm": work.now,
                "event": event,
                "owner": actor.name,
                "owner_display_name": actor.display_name or actor.name,
                "extra": json.dumps(masked(sent), default=str),
                **{name: _held(arguments.get(name)) for name in columns},
            },
        )


def _held(value: object) -> object:
    """Return what a column can hold of an id: whatever was refused for its id is audited too."""
    if not isinstance(value, str):
        return value
    text = value.encode(errors="replace").decode().replace("\0", "?")
    return text[:_LONGEST_ID]
