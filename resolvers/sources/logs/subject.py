"""What the database tells of a try whose log is wanted: where it ran, when it was for, and whether it still runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from resolvers.access.permissions import Guard, Permission
from resolvers.binding import Column, Entity, One
from resolvers.metadata.generation import Generation
from resolvers.selection import Selection, Wanted
from resolvers.sources.find import Find

LOG_KEY = ("dag_id", "run_id", "task_id", "map_index", "try_number")

_GUARD = Guard((Permission.DAG_READ, Permission.TASK_LOG_READ), dag="dag_id")
# Reached through a task instance alone, whose guard is the one that counts.
_ITS_OWN = Guard(())


def _selected(entity: Entity, columns: str, **linked: Selection) -> Selection:
    wanted = [Wanted(name, Column(name)) for name in columns.split()]
    return Selection(entity, (*wanted, *(Wanted(name, One(name), within) for name, within in linked.items())))


_JOB = _selected(Entity("Job", "job", ("id",), _ITS_OWN), "id hostname")
_TRIGGER = _selected(Entity("Trigger", "trigger", ("id",), _ITS_OWN), "id", job=_JOB)
_TEMPLATE = _selected(Entity("LogTemplate", "log_template", ("id",), _ITS_OWN), "filename")
_RUN = _selected(
    Entity("DagRun", "dag_run", ("dag_id", "run_id"), _ITS_OWN),
    "nominal_date data_interval_start data_interval_end",
    log_template=_TEMPLATE,
)
_COLUMNS = "dag_id run_id task_id map_index try_number state hostname"
_LATEST = _selected(
    Entity("TaskInstance", "task_instance", LOG_KEY[:-1], _GUARD), _COLUMNS, dag_run=_RUN, trigger=_TRIGGER
)
_EARLIER = _selected(Entity("TaskInstanceTry", "task_try", LOG_KEY, _GUARD), _COLUMNS, dag_run=_RUN)

# In these states a log may still grow; the log servers are asked although there is a file.
_WORKING = ("running", "deferred")
# In these, nothing of this try has been written, or it is being written elsewhere.
_UNFINISHED = (None, "scheduled", "queued", "running", "restarting", "deferred")


@dataclass(frozen=True)
class Subject:
    """A try whose log is wanted, `number`, and the task instance that it is, or was, the latest try of."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int
    number: int
    latest: int
    state: str | None
    hostname: str
    date: datetime | None
    interval_start: datetime | None
    interval_end: datetime | None
    template: str | None
    # The triggerer that the task instance waits in: the id of its job, and its host.
    triggerer: tuple[int, str] | None = None

    @property
    def is_working(self) -> bool:
        """Whether a worker or a triggerer has it at the moment."""
        return self.state in _WORKING

    @property
    def has_ended(self) -> bool:
        """Whether a try of it has been carried out, and no other one is."""
        return self.state not in _UNFINISHED

    @property
    def may_grow(self) -> bool:
        """Whether more may be written to this log."""
        return self.number == self.latest and self.is_working


def find_subjects(find: Find, generation: Generation, keys: Sequence[Mapping[str, object]]) -> list[Subject | None]:
    """Return the try of each key, none where Airflow knows none.

    Airflow 2 has a log for every number, there or not, as long as there is the task instance; Airflow 3 for
    the tries that it remembers.
    """
    latest = list(find(_LATEST, keys))
    any_number = generation.number == 2
    missing = [
        at
        for at, (row, key) in enumerate(zip(latest, keys, strict=True))
        if row is None or (not any_number and row["try_number"] != key["try_number"])
    ]
    found = dict(enumerate(latest))
    if missing:
        found |= dict.fromkeys(missing)
        if not generation.relation("task_try").absent:
            found |= dict(zip(missing, find(_EARLIER, [keys[at] for at in missing]), strict=True))
    return [_subject(row, key) if (row := found[at]) else None for at, key in enumerate(keys)]


def _subject(row: Mapping[str, object], key: Mapping[str, object]) -> Subject:
    told: dict[str, object] = {name: row[name] for name in LOG_KEY[:-1]}
    run = _object(row, "dag_run")
    job = _object(_object(row, "trigger"), "job")
    return Subject(
        **told,  # type: ignore[arg-type] # as the columns are
        number=int(str(key["try_number"])),
        latest=int(str(row["try_number"] or 0)),
        state=row["state"],  # type: ignore[arg-type]
        hostname=str(row["hostname"] or ""),
        date=run.get("nominal_date"),  # type: ignore[arg-type]
        interval_start=run.get("data_interval_start"),  # type: ignore[arg-type]
        interval_end=run.get("data_interval_end"),  # type: ignore[arg-type]
        template=_object(run, "log_template").get("filename"),  # type: ignore[arg-type]
        triggerer=(int(str(job["id"])), str(job["hostname"] or "")) if job else None,
    )


def _object(row: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = row.get(name)
    return found if isinstance(found, Mapping) else {}
