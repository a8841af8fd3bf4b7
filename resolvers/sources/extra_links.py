"""The links that operators offer for their task instances: what Airflow's pages show as buttons."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, urlencode

from resolvers.access.permissions import Guard
from resolvers.airflow_config import AirflowConfig
from resolvers.binding import Column, Entity
from resolvers.selection import Selection, Wanted
from resolvers.serialized.task import ExtraLink
from resolvers.sources.find import Find

_KEY = ("dag_id", "run_id", "task_id", "map_index")

# Reached through a task instance alone, whose guard is the one that counts.
_ITS_OWN = Guard(())


def _selected(name: str, relation: str, key: tuple[str, ...], columns: str) -> Selection:
    return Selection(
        Entity(name, relation, key, _ITS_OWN), tuple(Wanted(column, Column(column)) for column in columns.split())
    )


_TASK = _selected("Task", "task", ("dag_id", "task_id"), "extra_links fields")
_INSTANCE = _selected("TaskInstance", "task_instance", _KEY, "nominal_date rendered_fields")
_XCOM = _selected("XCom", "xcom", (*_KEY, "key"), "value")

# Airflow 2 builds links by code. What the classes of Airflow's own that do, by their names, wherever they live:
# the link's name, the operator's attribute that names the DAG, and the XCom that names the run.
_TRIGGERED = ("Triggered DAG", "trigger_dag_id", "trigger_run_id")
_EXTERNAL = ("External DAG", "external_dag_id", None)
_BUILT: Mapping[str, tuple[str, str, str | None]] = {
    "TriggerDagRunLink": _TRIGGERED,
    "ExternalDagLink": _EXTERNAL,
    "ExternalTaskSensorLink": _EXTERNAL,
}


def link_rows(
    config: AirflowConfig, find: Find, keys: Sequence[Mapping[str, object]]
) -> list[list[Mapping[str, object]]]:
    """Return the links of each task instance, by name; a link whose address is not known yet has none.

    Airflow 3 keeps addresses in XComs. Links that code of providers builds on Airflow 2 are left out: neither
    their names nor their addresses are stored.
    """
    tasks = find(_TASK, keys)
    offered = [
        [(key, link) for link in (task["extra_links"] if task else ()) if _name(link) is not None]
        for key, task in zip(keys, tasks, strict=True)
    ]
    asked = {_place(key, xcom): {**key, "key": xcom} for told in offered for key, link in told if (xcom := _xcom(link))}
    values = dict(zip(asked, find(_XCOM, list(asked.values())), strict=True)) if asked else {}
    instances = find(_INSTANCE, keys)
    view = (config.value("webserver", "dag_default_view") or "grid").lower()

    def url(link: ExtraLink, key: Mapping[str, object], task: Mapping[str, object], instance: object) -> object:
        xcom = _xcom(link)
        left = values.get(_place(key, xcom)) if xcom else None
        value = left["value"] if left else None
        if link.xcom_key:
            return value if isinstance(value, str) and value else None
        return _address(view, link, task, instance if isinstance(instance, Mapping) else {}, value)

    return [
        sorted(
            ({**key, "name": _name(link), "url": url(link, key, task, instance)} for key, link in links),
            key=lambda row: str(row["name"]),
        )
        for links, task, instance in zip(offered, tasks, instances, strict=True)
    ]


def _name(link: ExtraLink) -> str | None:
    return link.name or (_BUILT[_class(link)][0] if _class(link) in _BUILT else None)


def _xcom(link: ExtraLink) -> str | None:
    return link.xcom_key or (_BUILT[_class(link)][2] if _class(link) in _BUILT else None)


def _class(link: ExtraLink) -> str:
    return (link.class_path or "").rpartition(".")[2]


def _place(key: Mapping[str, object], xcom: str | None) -> tuple[object, ...]:
    return (*(key[name] for name in _KEY), xcom)


def _address(
    view: str, link: ExtraLink, task: Mapping[str, object], instance: Mapping[str, object], run_id: object
) -> str | None:
    """Return the page of Airflow 2 that shows the DAG which a task triggers or waits for, or the run."""
    _, attribute, xcom = _BUILT[_class(link)]
    rendered = instance.get("rendered_fields")
    given = rendered.get(attribute) if isinstance(rendered, Mapping) else None
    dag_id = given or task["fields"].value(attribute)  # type: ignore[attr-defined] # as the serialized task has them
    if not isinstance(dag_id, str):
        return None
    date = instance.get("nominal_date")
    query = {"dag_run_id": run_id} if xcom else {"execution_date": date.isoformat() if date else None}  # type: ignore[attr-defined]
    told = urlencode({name: value for name, value in query.items() if value}, safe=":")
    return f"/dags/{quote(dag_id, safe='')}/{view}" + (f"?{told}" if told else "")
