"""The row that Airflow writes of every change, carried out or refused."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from resolvers.access.actor import Actor
from resolvers.masking import MASK, Masking
from resolvers.metadata.generation import Generation
from resolvers.operations.given import given
from resolvers.operations.work import Work

_LONGEST_ID = 250
_DEEPEST = 100
_VALUE = ("value", "val")

Values = Mapping[str, object]


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


def masked(sent: object, event: str, generation: Generation, masking: Masking) -> object:
    """Return what was sent as the audit log may hold it: what is secret is hidden, as this Airflow hides it.

    Airflow 3 tells no value of a variable and none of a connection's `extra`, whatever their names are.
    """
    all_of_it = generation.number == 3

    def variable(told: Values) -> Values:
        key = told.get("key", told.get("variable_key"))
        name = key if isinstance(key, str) else ""

        def hidden(value: object) -> object:
            if all_of_it:
                return MASK
            return masking.mask_text(value, name) if isinstance(value, str) else masking.mask(value, name)

        return {key: hidden(value) if key in _VALUE else value for key, value in told.items()}

    def connection(told: Values) -> Values:
        hidden: dict[str, object] = {} if told.get("password") is None else {"password": MASK}
        extra = told.get("extra")
        if extra:
            hidden["extra"] = document(extra)
        return {**told, **hidden}

    def document(extra: object) -> object:
        try:
            inside = json.loads(extra) if isinstance(extra, str) else None
        except (ValueError, RecursionError):
            inside = None
        if not isinstance(inside, dict):
            return "Encountered non-JSON in `extra` field"
        return dict.fromkeys(inside, MASK) if all_of_it else inside

    if "variable" in event:
        sent = _each_object(sent, variable)
    elif "connection" in event:
        sent = _each_object(sent, connection)
    return masking.mask(sent)


def _each_object(value: object, change: Callable[[Values], Values], depth: int = 0) -> object:
    """Return JSON in which every object is changed, those in lists and in others too."""
    if depth > _DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {key: _each_object(inner, change, depth + 1) for key, inner in change(value).items()}
    if isinstance(value, list | tuple):
        return [_each_object(inner, change, depth + 1) for inner in value]
    return value


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
    # Airflow 3 knows callers by one name.
    full_name = actor.display_name if work.generation.number == 2 else None
    for event in events:
        work.insert(
            "log",
            {
                "dttm": work.now,
                "event": event,
                "owner": actor.name,
                "owner_display_name": full_name or actor.name,
                "extra": json.dumps(masked(sent, event, work.generation, work.masking), default=str),
                **{name: _held(arguments.get(name)) for name in columns},
            },
        )


def _held(value: object) -> object:
    """Return what a column can hold of an id: whatever was refused for its id is audited too."""
    if not isinstance(value, str):
        return value
    text = value.encode(errors="replace").decode().replace("\0", "?")
    return text[:_LONGEST_ID]
