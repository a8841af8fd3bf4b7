"""What a DAG's file said, beyond what the scheduler keeps in the DAG's own row."""

from datetime import datetime

from graph.types.base import column, derived, entity
from graph.types.guards import DAGS
from graph.types.scalars import JSON, Duration


@entity("dag_definition", key="dag_id", guard=DAGS)
class DagDefinition:
    """What a DAG's file said when it was last parsed."""

    doc_md: str | None = column("Its documentation, in Markdown.")
    starts_on: datetime | None = column("No run is scheduled for an earlier date.", source="start_date")
    ends_on: datetime | None = column("No run is scheduled for a later date.", source="end_date")
    timezone: str = column("The time zone of its schedule.", source="timezone_name")
    catchup: bool = column("Whether runs of the past that were missed are made up for.")
    run_timeout: Duration | None = column("How long a run may take; null for no limit.", source="dagrun_timeout")
    render_template_as_native_obj: bool = column("Whether templates render to Python values instead of text.")
    fail_fast: bool = column("Whether the first failure ends the run.")
    params: JSON = derived(
        "What a run may be given: by name the default, the JSON schema and the description.",
        needs="params",
        by=lambda params: {
            name: {
                "default": param.default if param.has_default else None,
                "schema": param.schema,
                "description": param.description,
            }
            for name, param in params.items()
        },
    )
    default_args: JSON = column("What its tasks are given unless they say otherwise.")
