"""What each row of the stable API is asked, by whom: an address, a query and a body that fit the row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from graph.rest.body import Body
from graph.rest.params import Kind
from graph.rest.rows import Row
from graph.rest.stable import STABLE
from graph.rest.stable.signing import sign

from .configuration import SECRET
from .people import Caller, dag_ids, error_number

# What stands in a path for each name in it; NAME is the caller's.
_NAMES: Mapping[str, str] = {
    "dag_run_id": "run",
    "task_id": "a",
    "map_index": "0",
    "task_try_number": "1",
    "xcom_key": "key",
    "pool_name": "pool_NAME",
    "variable_key": "variable_NAME",
    "connection_id": "connection_NAME",
    "uri": "dataset_NAME",
    "role_name": "role_NAME",
    "username": "person_NAME",
    "event_log_id": "1",
    "section": "core",
    "option": "parallelism",
}
_QUERIES: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("PATCH", "/dags"): {"dag_id_pattern": "_NAME"},
    ("GET", "/dagStats"): {"dag_ids": "seen_NAME,hidden_NAME"},
}
_BODIES: Mapping[tuple[str, str], Mapping[str, object]] = {
    ("PATCH", "/dags"): {"is_paused": False},
    ("PATCH", "/dags/{dag_id}"): {"is_paused": True},
    ("POST", "/dags/{dag_id}/dagRuns"): {"dag_run_id": "made", "logical_date": "2026-05-01T00:00:00+00:00"},
    ("POST", "/dags/{dag_id}/clearTaskInstances"): {"dry_run": False, "dag_run_id": "run", "only_failed": False},
    ("POST", "/dags/{dag_id}/updateTaskInstancesState"): {
        "dry_run": False,
        "task_id": "a",
        "dag_run_id": "run",
        "new_state": "success",
        **{f"include_{which}": False for which in ("upstream", "downstream", "past", "future")},
    },
    ("POST", "/dags/{dag_id}/dagRuns/{dag_run_id}/clear"): {"dry_run": False},
    ("POST", "/pools"): {"name": "new_NAME", "slots": 1},
    ("PATCH", "/pools/{pool_name}"): {"name": "pool_NAME", "slots": 2},
    ("POST", "/variables"): {"key": "new_NAME", "value": "v"},
    ("PATCH", "/variables/{variable_key:path}"): {"key": "variable_NAME", "value": "v"},
    ("POST", "/connections"): {"connection_id": "new_NAME", "conn_type": "http"},
    ("PATCH", "/connections/{connection_id}"): {"connection_id": "connection_NAME", "conn_type": "http"},
    ("POST", "/connections/test"): {"connection_id": "tested", "conn_type": "sqlite"},
    ("POST", "/datasets/events"): {"dataset_uri": "dataset_NAME"},
    ("POST", "/roles"): {"name": "new_NAME", "actions": []},
    ("PATCH", "/roles/{role_name}"): {"name": "role_NAME", "actions": []},
    ("POST", "/users"): {
        "username": "new_NAME",
        "password": "p",
        "email": "new_NAME@example.org",
        "first_name": "N",
        "last_name": "N",
    },
    ("PATCH", "/users/{username}"): {"first_name": "V"},
}
_VALUES: Mapping[Kind, object] = {
    Kind.TEXT: "text",
    Kind.INTEGER: 1,
    Kind.NUMBER: 1,
    Kind.BOOLEAN: True,
    Kind.MOMENT: "2026-05-01T00:00:00+00:00",
    Kind.LIST: [],
    Kind.OBJECT: {},
}
# Lists that may be asked for what is of one DAG.
_OF_ONE_DAG = ("/dagWarnings", "/eventLogs")
# What stands in a path for a DAG, or for something that is of one.
_ABOUT_A_DAG = ("{dag_id}", "{file_token}", "{import_error_id:int}")
# Asked in this order, so that what is deleted is deleted last.
_METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")


def rows() -> list[Row]:
    """Return the rows of the dialect that ask who is calling: reads first, and the deletion of a DAG last of all."""
    asking = [row for row in STABLE.rows if not row.open]
    return sorted(asking, key=lambda row: (_METHODS.index(row.method), -len(row.path)))


@dataclass(frozen=True)
class Cell:
    """One request of one caller; `about` says what it is about."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Mapping[str, object] | None
    about: str


def cells(row: Row, caller: Caller, files: Path) -> Iterator[Cell]:
    """Give the requests of a row: of a DAG that the caller may see at best, of another, of none, of whichever.

    The DAGs are defined by the `files` of this folder.
    """
    if row.path not in _OF_ONE_DAG and not any(one in row.path for one in _ABOUT_A_DAG):
        yield _cell(row, caller, "", {}, {})
        return
    seen, hidden = dag_ids(caller)
    for about, dag_id in (("seen", seen), ("hidden", hidden), ("no", "no_dag"), ("any", "~")):
        named = {
            "dag_id": dag_id,
            "file_token": "no.token" if about == "any" else sign(str(files / f"{dag_id}.py"), SECRET),
            "import_error_id": str(error_number(dag_id)),
        }
        yield _cell(row, caller, about, named, {"dag_id": dag_id} if row.path in _OF_ONE_DAG else {})
    if row.path in _OF_ONE_DAG:
        yield _cell(row, caller, "", {}, {})


def _cell(row: Row, caller: Caller, about: str, named: Mapping[str, str], query: Mapping[str, str]) -> Cell:
    place = (row.method, row.path)
    names = {**_NAMES, **named}
    if about == "any" and row.method == "GET":
        names["dag_run_id"] = "~"
    if "{map_index" in row.path or row.path.endswith("/listMapped"):
        names["task_id"] = "m"
    path = row.path
    for name in [part.strip("{}").split(":")[0] for part in path.split("/") if part.startswith("{")]:
        assert name in names, f"Say what stands for {{{name}}} in {path}."
        for form in (name, f"{name}:int", f"{name}:path"):
            path = path.replace(f"{{{form}}}", names[name])
    body = None
    if row.body is not None:
        body = {name: _named(value, caller) for name, value in _BODIES.get(place, _fitting(row.body)).items()}
    given = {**{name: value.replace("NAME", caller.name) for name, value in _QUERIES.get(place, {}).items()}, **query}
    return Cell(row.method, path.replace("NAME", caller.name), given, body, about)


def _named(value: object, caller: Caller) -> object:
    return value.replace("NAME", caller.name) if isinstance(value, str) else value


def _fitting(body: Body) -> dict[str, object]:
    """Return a body of what must be in it."""
    return {
        one.name: one.among[0] if one.among else _VALUES[one.kind]
        for one in body.properties
        if one.required or one.name in body.required
    }
