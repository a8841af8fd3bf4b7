"""How rows of one relation find those of another, where both generations agree on it."""

from collections.abc import Mapping

from resolvers.metadata.assets import ASSET_LINKS
from resolvers.metadata.backfills import BACKFILL_LINKS
from resolvers.metadata.generation import Link
from resolvers.metadata.people import PEOPLE_LINKS

_TRY = (("dag_id", "dag_id"), ("run_id", "run_id"), ("task_id", "task_id"), ("map_index", "map_index"))

LINKS: Mapping[tuple[str, str], Link] = {
    ("dag", "runs"): Link("dag_run", (("dag_id", "dag_id"),)),
    ("dag", "tags"): Link("dag_tag", (("dag_id", "dag_id"),)),
    ("dag", "tasks"): Link("task", (("dag_id", "dag_id"),)),
    ("dag", "task_groups"): Link("task_group", (("dag_id", "dag_id"),)),
    ("dag", "structure"): Link("dag_structure", (("dag_id", "dag_id"),)),
    ("dag", "definition"): Link("dag_definition", (("dag_id", "dag_id"),)),
    ("dag", "warnings"): Link("dag_warning", (("dag_id", "dag_id"),)),
    ("dag", "event_logs"): Link("log", (("dag_id", "dag_id"),)),
    ("dag", "source"): Link("dag_source", (("dag_id", "dag_id"),)),
    ("dag_warning", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("log", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("dag_run", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("dag_run", "task_instances"): Link("task_instance", (("dag_id", "dag_id"), ("run_id", "run_id"))),
    ("task_instance", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("task_instance", "dag_run"): Link("dag_run", (("dag_id", "dag_id"), ("run_id", "run_id"))),
    ("task_instance", "task"): Link("task", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("task_instance", "tries"): Link("task_try", _TRY),
    ("task_instance", "pool"): Link("pool", (("pool", "pool"),)),
    ("task_instance", "trigger"): Link("trigger", (("trigger_id", "id"),)),
    ("task_instance", "sla_miss"): Link(
        "sla_miss", (("dag_id", "dag_id"), ("task_id", "task_id"), ("logical_date", "logical_date"))
    ),
    ("task_instance", "job"): Link("job", (("job_id", "id"),)),
    ("task_instance", "queued_by_job"): Link("job", (("queued_by_job_id", "id"),)),
    ("dag_run", "creating_job"): Link("job", (("creating_job_id", "id"),)),
    ("job", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("trigger", "job"): Link("job", (("triggerer_id", "id"),)),
    ("task_instance", "log"): Link("task_log", (*_TRY, ("try_number", "try_number"))),
    ("dag", "task_instances"): Link("task_instance", (("dag_id", "dag_id"),)),
    ("task_instance", "of_same_task"): Link("task_instance", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("task_instance", "unmet_dependencies"): Link("unmet_dependency", _TRY),
    ("task_instance", "extra_links"): Link("extra_link", _TRY),
    ("task_try", "log"): Link("task_log", (*_TRY, ("try_number", "try_number"))),
    ("task_try", "dag_run"): Link("dag_run", (("dag_id", "dag_id"), ("run_id", "run_id"))),
    ("dag_run", "log_template"): Link("log_template", (("log_template_id", "id"),)),
    ("task_instance", "xcoms"): Link("xcom", _TRY),
    # By number: that is what the index of XComs begins with.
    ("dag_run", "xcoms"): Link("xcom", (("id", "dag_run_id"),)),
    ("xcom", "task_instance"): Link("task_instance", _TRY),
    ("xcom", "dag_run"): Link("dag_run", (("dag_id", "dag_id"), ("run_id", "run_id"))),
    ("task_try", "task_instance"): Link("task_instance", _TRY),
    ("pool", "task_instances"): Link("task_instance", (("pool", "pool"),)),
    ("task", "dag"): Link("dag", (("dag_id", "dag_id"),)),
    ("task", "pool"): Link("pool", (("pool", "pool"),)),
    ("task", "instances"): Link("task_instance", (("dag_id", "dag_id"), ("task_id", "task_id"))),
    ("task", "upstream"): Link("task", (("dag_id", "dag_id"), ("upstream_task_ids", "task_id"))),
    ("task", "downstream"): Link("task", (("dag_id", "dag_id"), ("downstream_task_ids", "task_id"))),
    ("task", "group"): Link("task_group", (("dag_id", "dag_id"), ("task_group_id", "group_id"))),
    **ASSET_LINKS,
    **BACKFILL_LINKS,
    **PEOPLE_LINKS,
    ("task_group", "tasks"): Link("task", (("dag_id", "dag_id"), ("task_ids", "task_id"))),
}
