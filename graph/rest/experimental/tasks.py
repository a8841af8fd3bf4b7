"""Tasks and task instances, all that is known of them, as Python prints it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from graph.rest.call import Call
from graph.rest.codec import Json, codec, computed, one, stored
from graph.rest.dialect import Answer
from graph.rest.early import printed
from graph.rest.experimental import objects
from graph.rest.experimental.dag_runs import PRINTED_RUN, known_dag, run_of_date
from graph.rest.experimental.dates import read_date
from graph.rest.experimental.problems import refused
from graph.rest.rows import Custom, Row
from graph.types.guards import TASK_INSTANCES, TASKS
from graph.types.task import Task
from graph.types.task_group import TaskGroup
from graph.types.task_instance import TaskInstance
from resolvers.binding import Constant
from resolvers.selection import Selection

# What Airflow 2.11's object for a task says of one that says nothing itself.
_UNSAID: Mapping[str, str] = {
    **dict.fromkeys(
        [
            *("doc", "doc_json", "doc_md", "doc_rst", "doc_yaml", "email", "end_date", "execution_timeout", "executor"),
            *("map_index_template", "max_active_tis_per_dag", "max_active_tis_per_dagrun", "max_retry_delay"),
            *("on_execute_callback", "on_failure_callback", "on_retry_callback", "on_skipped_callback"),
            *("on_success_callback", "resources", "run_as_user", "sla", "start_date", "start_trigger_args"),
        ],
        "None",
    ),
    **dict.fromkeys(
        [
            *("allow_nested_operators", "do_xcom_push", "email_on_failure", "email_on_retry"),
            "ignore_first_depends_on_past",
        ],
        "True",
    ),
    **dict.fromkeys(
        [
            *("depends_on_past", "multiple_outputs", "retry_exponential_backoff", "start_from_trigger"),
            *("wait_for_downstream", "wait_for_past_depends_before_skipping"),
        ],
        "False",
    ),
    **dict.fromkeys(["inlets", "outlets", "template_ext", "template_fields"], "[]"),
    **dict.fromkeys(["executor_config", "template_fields_renderers"], "{}"),
    "retries": "0",
}

# What is stored of a task but no attribute of that object, or one under another name.
_NOT_TOLD = {"is_setup", "is_teardown", "on_failure_fail_dagrun", "label", "task_type", "partial_kwargs"}

_SPANS = {"retry_delay", "max_retry_delay", "execution_timeout", "sla"}


def _attributes(fields: Any) -> Json:  # noqa: ANN401 - as the serialized DAG has them
    """Return what is stored of a task, its operator's own attributes too."""
    names = dict.fromkeys((*fields.texts("template_fields"), *(name for layer in fields.layers for name in layer)))
    return {name: fields.value(name) for name in names if name[0] != "_" and name not in _NOT_TOLD}


def _params(params: Any) -> Json:  # noqa: ANN401 - as the serialized DAG has them
    return {name: param.default if param.has_default else None for name, param in params.items()}


def _dependencies(fields: Any) -> str | None:  # noqa: ANN401 - as the serialized DAG has them
    return objects.dependencies(fields.texts("deps")) if "deps" in fields.layers[0] else None


def _mapping(fields: Any) -> Json | None:  # noqa: ANN401 - as the serialized DAG has them
    """Return what is told of a mapped task: its templates, which it has none of yet, and what it is mapped over.

    All else are slots of Airflow's object for one, which are no variables.
    """
    if not fields.flag("_is_mapped"):
        return None
    told: Json = dict.fromkeys(fields.texts("template_fields"))
    if (name := fields.text("_expand_input_attr")) and name != "expand_input":
        told[name] = fields.mapping(name)
    return told


def _told(call: Call, name: str, value: object) -> str:
    """Return an attribute as Python prints it, secrets in it hidden."""
    masking = call.session.service.masking
    value = masking.mask(objects.plain(value, masking.mask), name)
    if name in _SPANS and isinstance(value, int | float):
        return str(timedelta(seconds=value))
    return printed(value)


_TASK_JSON = codec(
    Task,
    attributes=computed("fields", _attributes),
    mapping=computed("fields", _mapping),
    group=one("group", codec(TaskGroup, "is_mapped")),
    start_date=computed("start_date", printed),
    end_date=computed("end_date", printed),
    params=computed("params", _params),
    upstream_task_ids=computed("upstream_task_ids", objects.ids),
    downstream_task_ids=computed("downstream_task_ids", objects.ids),
    weight_rule=computed("weight_rule", objects.weight_rule),
    operator_extra_links=computed("extra_links", objects.extra_links),
    deps=computed("fields", _dependencies),
)
_OPERATOR_JSON = codec(Task, operator=computed("task_id operator is_mapped", objects.operator))


def _task(call: Call) -> Answer:
    """Return a task; as it was documented, of a mapped one too what it has in common with others."""
    call.admit(TASKS)
    known_dag(call)
    found = _known_task(call, _TASK_JSON)
    mapping = found.pop("mapping")
    if isinstance(mapping, dict) and call.session.service.settings.experimental_answers == "original":
        return Answer({name: _mapped(call, name, value) for name, value in mapping.items()})
    of_group: Any = found.pop("group")
    attributes: Any = found.pop("attributes")
    attributes["params"] = found.pop("params")
    told = {name: _told(call, name, value) for name, value in attributes.items()}
    told["task_group"] = objects.group(is_mapped=bool(of_group and of_group["is_mapped"]))
    return Answer({**_UNSAID, **told, **{name: value for name, value in found.items() if value is not None}})


def _mapped(call: Call, name: str, value: object) -> str:
    """Return what a task is mapped over, or one of its templates."""
    if not isinstance(value, dict):
        return str(value)
    mask = call.session.service.masking.mask
    upstream = objects.mapped_over(value)
    known = call.find_all(_OPERATOR_JSON, [{"dag_id": call.path["dag_id"], "task_id": task_id} for task_id in upstream])
    operators = {task_id: str(found["operator"]) for task_id, found in zip(upstream, known, strict=True) if found}
    return objects.expand_input(value, operators, mask)


def _known_task(call: Call, codec_: Selection) -> Json:
    dag_id, task_id = call.path["dag_id"], call.path["task_id"]
    found = call.find(codec_, dag_id=dag_id, task_id=task_id)
    if found is None:
        raise refused(404, f"Task {task_id} not found in dag {dag_id}")
    return found


_AS_STORED = (
    "dag_id run_id task_id map_index state try_number max_tries start_date end_date duration hostname unixname job_id "
    "pool pool_slots queue priority_weight operator custom_operator_name queued_dttm queued_by_job_id pid executor "
    "updated_at rendered_map_index external_executor_id trigger_id trigger_timeout next_method"
)


def _instance_json(**more: Any) -> Selection:  # noqa: ANN401 - whatever a codec takes
    return codec(
        TaskInstance,
        **{name: computed(name, printed) for name in _AS_STORED.split()},
        executor_config=computed("executor_settings", lambda settings: str(settings or {})),
        next_kwargs=stored("next_kwargs"),
        test_mode=Constant("False"),
        rendered_task_instance_fields=Constant("None"),
        dag_run=one("dag_run", PRINTED_RUN),
        **more,
    )


_INSTANCE_JSON = _instance_json()
# Airflow 1.10's task instances had the date themselves, and clients of its documentation look for it.
_DATED_JSON = _instance_json(execution_date=computed("nominal_date", printed))
_TASK_ID_JSON = codec(Task, "task_id")


def _instance(call: Call) -> Answer:
    """Return the task instance of a task in the run of a date."""
    call.admit(TASK_INSTANCES)
    known_dag(call)
    run = run_of_date(call, PRINTED_RUN)
    dag_id, task_id = call.path["dag_id"], call.path["task_id"]
    _known_task(call, _TASK_ID_JSON)
    as_documented = call.session.service.settings.experimental_answers == "documented"
    key = {"dag_id": dag_id, "run_id": run["run_id"], "task_id": task_id, "map_index": -1}
    found = call.find(_DATED_JSON if as_documented else _INSTANCE_JSON, **key)
    if found is None:
        date = read_date(call.path["execution_date"])
        raise refused(404, f"Task {task_id} instance for date {date} not found")
    found["next_kwargs"] = _told(call, "next_kwargs", objects.stored(found["next_kwargs"]))
    of_run = found["dag_run"]
    found["dag_run"] = of_run["printed"] if isinstance(of_run, dict) else "None"
    return Answer(found)


ROWS: tuple[Row, ...] = (
    Custom("GET", "/dags/{dag_id}/tasks/{task_id}", _task),
    Custom("GET", "/dags/{dag_id}/dag_runs/{execution_date}/tasks/{task_id}", _instance),
)
