"""What a run may be called, and what it is called when nobody says."""

import re
import string
from datetime import datetime
from secrets import choice

from resolvers.errors import Invalid, Unavailable
from resolvers.operations.work import Work

_LONGEST = 250
_DEFAULT_PATTERN = r"^[A-Za-z0-9_.~:+-]+$"
# Ids of this form are taken whatever [scheduler] allowed_run_id_pattern says.
_BUILT_IN_PATTERN = r"^manual__\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$"
# What the ids of other kinds of run begin with. Those that a later 3.x brought are kept free in earlier ones too.
_RESERVED = {
    2: ("backfill", "scheduled", "dataset_triggered"),
    3: ("backfill", "scheduled", "asset_triggered", "asset_materialization", "operator_triggered"),
}
_PREFIX_OF_KEYS = "manual__key_"
_KEY_PATTERN = re.compile(r"[A-Za-z0-9_.~:+-]{1,200}")


def fit_run_id(work: Work, run_id: str) -> None:
    """Raise `Invalid` for an id that Airflow takes for no manual run."""
    for kind in _RESERVED[work.generation.number]:
        if run_id.startswith(f"{kind}__"):
            raise Invalid(
                f"The run id '{run_id}' is reserved: Airflow takes '{kind}__' for another kind of run.",
                field="runId",
                hint="Begin it otherwise, or leave it out.",
            )
    if len(run_id) > _LONGEST:
        raise Invalid(
            f"The run id has {len(run_id):,} characters.", field="runId", hint=f"Run ids hold {_LONGEST} characters."
        )
    pattern = _allowed_pattern(work)
    if not re.match(_BUILT_IN_PATTERN, run_id) and not (pattern and _matches(pattern, run_id)):
        raise Invalid(
            f"The run id '{run_id}' does not match [scheduler] allowed_run_id_pattern, which is '{pattern}'.",
            field="runId",
            hint="Use letters, digits and _.~:+- unless your Airflow allows others.",
        )
    dots_refused = work.generation.number == 3 and not work.config.flag(
        "core", "allow_double_dot_in_ids", default=False
    )
    if ".." in run_id and dots_refused:
        raise Invalid(
            f"The run id '{run_id}' holds '..', which could lead out of the folder of the logs.",
            field="runId",
            hint="Leave the second dot out.",
        )


def generated_run_id(work: Work, logical_date: datetime | None, run_after: datetime, timetable_type: str | None) -> str:
    """Return the id that Airflow gives: by the logical date in 2.x, by when it may start in 3.x.

    Something random follows where two runs of one moment are likely: in 3.0 without a logical date,
    and for DAGs that are partitioned by a cron expression.
    """
    if work.generation.number == 2:
        return f"manual__{(logical_date or run_after).isoformat()}"
    run_id = f"manual__{run_after.isoformat()}"
    if timetable_type == "CronPartitionTimetable":
        return f"{run_id}__{_random()}"
    return f"{run_id}_{_random()}" if logical_date is None and not work.generation.is_since("3.1") else run_id


def run_id_of_key(idempotency_key: str, run_id: str | None) -> str:
    """Return the id of the run that a key names, the same each time.

    Raises `Invalid` for a key that no id can hold, and where a `run_id` is given as well.
    """
    if run_id:
        raise Invalid(
            "A run id and an idempotency key are given, but the run's id is to carry the key.",
            field="idempotencyKey",
            hint="Give one of them: no two runs of a DAG get the same id either.",
        )
    if not _KEY_PATTERN.fullmatch(idempotency_key):
        raise Invalid(
            f"The idempotency key {idempotency_key[:50]!r} cannot be part of a run id.",
            field="idempotencyKey",
            hint="Use up to 200 letters, digits and _.~:+- such as a UUID.",
        )
    return _PREFIX_OF_KEYS + idempotency_key


def _allowed_pattern(work: Work) -> str:
    told = work.config.value("scheduler", "allowed_run_id_pattern")
    return _DEFAULT_PATTERN if told is None else told.strip()


def _matches(pattern: str, run_id: str) -> bool:
    try:
        return re.match(pattern, run_id) is not None
    except re.error as error:
        raise Unavailable(
            f"[scheduler] allowed_run_id_pattern is no regular expression: {error}.",
            hint="Mend it in Airflow's configuration.",
        ) from None


def _random() -> str:
    return "".join(choice(string.ascii_letters + string.digits) for _ in range(8))
