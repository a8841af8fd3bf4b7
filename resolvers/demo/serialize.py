"""The demo's DAGs as Airflow serializes them: format 1 of Airflow 2.11, format 3 of Airflow 3.3."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import md5
from typing import Any

from resolvers.demo.blueprint import DagPlan, Manner, ParamPlan, Schedule, TaskPlan
from resolvers.demo.operators import PYTHON_SENSOR, Operator
from resolvers.metadata.stored import wrap
from resolvers.serialized.cron import PRESETS
from resolvers.serialized.encoding import TYPE, VALUE

FOLDER = "/opt/demo/dags"

Stored = dict[str, Any]


def file_of(plan: DagPlan) -> str:
    """Return the path of the DAG's file, if there were one."""
    return f"{FOLDER}/{plan.dag_id}.py"


def digest(data: Mapping[str, Any]) -> str:
    """Return the hash by which Airflow sees whether a DAG has changed."""
    return md5(json.dumps(data, sort_keys=True).encode(), usedforsecurity=False).hexdigest()


def serialize(plan: DagPlan, airflow: int, start_date: datetime) -> Stored:
    """Return the value of `serialized_dag.data` for a DAG that has no run before `start_date`."""
    dag: Stored = {
        "fileloc": file_of(plan),
        "tags": sorted(plan.tags),
        "start_date": start_date.timestamp(),
        "timezone": "UTC",
        "edge_info": {},
        "catchup": plan.catchup,
        "max_active_runs": plan.max_active_runs,
        "_processor_dags_folder": FOLDER,
        "tasks": [{VALUE: _task(plan, task, airflow), TYPE: "operator"} for task in plan.tasks],
        "dag_dependencies": [],
        "params": [[param.name, _param(param, airflow)] for param in plan.params],
        "default_args": {VALUE: {"owner": plan.owner}, TYPE: "dict"},
    }
    if plan.doc_md:
        dag["doc_md"] = plan.doc_md
    if airflow == 2:
        dag |= {"_dag_id": plan.dag_id, "_task_group": _group(plan, None, airflow), "_description": plan.description}
        dag |= _schedule_2(plan.schedule)
        if plan.display_name:
            dag["_dag_display_property_value"] = plan.display_name
    else:
        dag |= {"dag_id": plan.dag_id, "task_group": _group(plan, None, airflow), "description": plan.description}
        dag |= {
            "relative_fileloc": f"{plan.dag_id}.py",
            "timetable": timetable_3(plan.schedule),
            "max_active_tasks": 16,
            "max_consecutive_failed_dag_runs": 0,
            "disable_bundle_versioning": False,
            "deadline": None,
            "allowed_run_types": None,
        }
        if plan.display_name:
            dag["dag_display_name"] = plan.display_name
    return {"__version": 1 if airflow == 2 else 3, "dag": dag}


def timetable_3(schedule: Schedule) -> Stored:
    """Return the timetable that Airflow 3 makes of a schedule."""
    if schedule.assets:
        assets = [{TYPE: "asset", "name": uri, "uri": uri, "group": "asset", "extra": {}} for uri in schedule.assets]
        condition = {TYPE: "asset_all", "objects": assets}
        return {TYPE: "airflow.timetables.simple.AssetTriggeredTimetable", VALUE: {"asset_condition": condition}}
    if schedule.cron:
        return {
            TYPE: "airflow.timetables.trigger.CronTriggerTimetable",
            VALUE: {
                "expression": PRESETS.get(schedule.cron, schedule.cron),
                "timezone": schedule.zone,
                "interval": 0.0,
                "run_immediately": False,
            },
        }
    return {TYPE: "airflow.timetables.simple.NullTimetable", VALUE: {}}


def _schedule_2(schedule: Schedule) -> Stored:
    """Return the one of two keys under which Airflow 2 keeps a schedule."""
    if schedule.assets:
        datasets = [{TYPE: "dataset", "uri": uri, "extra": None} for uri in schedule.assets]
        condition = {TYPE: "dataset_all", "objects": datasets}
        path = "airflow.timetables.simple.DatasetTriggeredTimetable"
        return {"timetable": {TYPE: path, VALUE: {"dataset_condition": condition}}}
    if schedule.cron is None or schedule.cron in PRESETS:
        return {"schedule_interval": schedule.cron}
    path = "airflow.timetables.interval.CronDataIntervalTimetable"
    return {"timetable": {TYPE: path, VALUE: {"expression": schedule.cron, "timezone": schedule.zone}}}


def _param(param: ParamPlan, airflow: int) -> Stored:
    stored: Stored = {
        "__class": "airflow.models.param.Param" if airflow == 2 else "airflow.sdk.definitions.param.Param",
        "default": wrap(param.default),
        "description": param.description,
        "schema": wrap(dict(param.schema)),
    }
    return stored if airflow == 2 else {**stored, "source": None}


def operator_of(task: TaskPlan, airflow: int) -> Operator:
    """Return the operator of a task in that generation of Airflow."""
    # Airflow 2 has no operator that asks: there, a sensor looks whether somebody has answered.
    return PYTHON_SENSOR if airflow == 2 and task.manner is Manner.ASKS else task.operator


def _task(plan: DagPlan, task: TaskPlan, airflow: int) -> Stored:
    operator = operator_of(task, airflow)
    stored: Stored = {
        "task_id": task.task_id,
        "ui_color": operator.color,
        "_task_module": operator.airflow2 if airflow == 2 else operator.airflow3,
        "template_fields": list(operator.template_fields),
        "downstream_task_ids": sorted(plan.downstream[task.task_id]),
        "_needs_expansion": bool(task.over or plan.mapped_group(task)),
    }
    if operator.called:
        stored["_operator_name"] = operator.called
    if operator.is_empty:
        stored["_is_empty"] = True
    if task.doc:
        stored["doc_md"] = task.doc
    stored |= _of_generation_2(operator) if airflow == 2 else _of_generation_3(task, operator)
    told = dict(_told(plan, task))
    if task.over:
        return stored | {"partial_kwargs": told} | _expanded(plan, task, operator)
    return stored | told


def _of_generation_2(operator: Operator) -> Stored:
    # Airflow 2 also writes what is the default.
    return {
        "_task_type": operator.name,
        "ui_fgcolor": "#000",
        "_is_empty": operator.is_empty,
        "start_from_trigger": False,
        "start_trigger_args": None,
        "template_ext": [],
        "template_fields_renderers": {},
    }


def _of_generation_3(task: TaskPlan, operator: Operator) -> Stored:
    stored: Stored = {"task_type": operator.name}
    if not task.over:
        # Of a mapped task, Airflow 3 cannot read it.
        stored["has_retry_policy"] = False
    if operator.is_sensor:
        stored["_is_sensor"] = True
    if operator.takes_callable:
        stored["python_callable_name"] = task.task_id.rpartition(".")[2]
    return stored


def _told(plan: DagPlan, task: TaskPlan) -> Iterator[tuple[str, object]]:
    """Yield what the DAG file says of the task, apart from what is the default."""
    yield "owner", plan.owner
    if task.retries:
        yield "retries", task.retries
        yield "retry_delay", {VALUE: 300.0, TYPE: "timedelta"} if task.over else 300.0
    if task.trigger_rule != "all_success":
        yield "trigger_rule", task.trigger_rule
    if task.queue != "default":
        yield "queue", task.queue
    if task.pool_slots != 1:
        yield "pool_slots", task.pool_slots
    if task.triggers:
        yield "trigger_dag_id", task.triggers
    yield "pool", task.pool
    yield "weight_rule", "downstream"
    if task.is_setup or task.is_teardown:
        yield "is_setup", task.is_setup
        yield "is_teardown", task.is_teardown


def _expanded(plan: DagPlan, task: TaskPlan, operator: Operator) -> Stored:
    """Return what makes a task a mapped one."""
    if isinstance(task.over, str):
        over: object = {VALUE: {"task_id": task.over, "key": "return_value"}, TYPE: "xcomref"}
    else:
        over = list(task.over)
    attribute = "op_kwargs_expand_input" if operator.takes_callable else "expand_input"
    return {
        "_is_mapped": True,
        "_disallow_kwargs_override": False,
        "_expand_input_attr": attribute,
        attribute: {"type": "dict-of-lists", "value": {VALUE: {"item": over}, TYPE: "dict"}},
    }


def _group(plan: DagPlan, group_id: str | None, airflow: int) -> Stored:
    """Return a group with all that is in it; None names the one that holds everything."""
    told = next((group for group in plan.groups if group.group_id == group_id), None)
    prefix = f"{group_id}." if group_id else ""
    inside = [task for task in plan.tasks if task.task_id.startswith(prefix)]
    within = {task.task_id for task in inside} if group_id else set()
    children: Stored = {}
    for task in inside:
        if task.group_id == group_id:
            children[task.task_id] = ["operator", task.task_id]
            continue
        child = prefix + task.task_id.removeprefix(prefix).partition(".")[0]
        children.setdefault(child, ["taskgroup", {}])
    for child, entry in children.items():
        if entry[0] == "taskgroup":
            entry[1] = _group(plan, child, airflow)
    before = {task_id for task in inside for task_id in task.upstream} - within if group_id else set()
    after = {near for task_id in within for near in plan.downstream[task_id]} - within
    stored: Stored = {
        "_group_id": group_id and group_id.rpartition(".")[2],
        "prefix_group_id": True,
        "tooltip": told.tooltip if told else "",
        "ui_color": "CornflowerBlue",
        "ui_fgcolor": "#000",
        "children": children,
        "upstream_group_ids": [],
        "downstream_group_ids": [],
        "upstream_task_ids": sorted(before),
        "downstream_task_ids": sorted(after),
    }
    if airflow == 3:
        stored["group_display_name"] = ""
    if told and told.over:
        over = {VALUE: {"item": list(told.over)}, TYPE: "dict"}
        stored |= {"is_mapped": True, "expand_input": {"type": "dict-of-lists", "value": over}}
    return stored
