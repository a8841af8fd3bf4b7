"""Callers of every kind, and what each of them has of their own in the Airflow of the tests on permissions."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PASSWORD = "open sesame"

_READS = ("DAG Runs", "Task Instances", "Task Logs", "XComs", "DAG Code", "DAG Warnings", "ImportError", "Datasets")
_CHANGES = (("can_create", "DAG Runs"), ("can_edit", "DAG Runs"), ("can_delete", "DAG Runs"))


@dataclass(frozen=True)
class Caller:
    """Somebody who calls. The world has two DAGs of theirs, `seen_NAME` and `hidden_NAME`, and a pool and so on."""

    name: str
    role: str | None = None
    is_active: bool = True
    password: str | None = PASSWORD
    # Who fails too often is kept waiting with us: there are several users of the kind.
    users: int = 1
    # On the DAG `seen_NAME` alone.
    actions: tuple[str, ...] = ()
    # On whatever there is.
    grants: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of the users of this kind."""
        return [self.name] if self.users == 1 else [f"{self.name}_{number}" for number in range(self.users)]

    def credentials(self, number: int) -> tuple[str, str] | None:
        """Return what the user of a number presents."""
        return None if self.password is None else (self.names[number % self.users], self.password)

    @property
    def roles(self) -> tuple[str, ...]:
        """Their roles: one of Airflow's, or one of their own."""
        if self.actions or self.grants:
            return (f"Role of {self.name}",)
        return (self.role,) if self.role else ()


_READ_ALL = tuple(("can_read", resource) for resource in _READS)
_EDIT_ALL = (*_READ_ALL, *_CHANGES, ("can_edit", "Task Instances"))

UNKNOWN = (
    Caller("anonymous", password=None),
    Caller("mistaken", "Admin", password="not the one", users=100),
    Caller("inactive", "Admin", is_active=False, users=100),
)
"""Those whom Airflow takes for nobody."""
CALLERS = (
    *UNKNOWN,
    Caller("roleless"),
    Caller("public", "Public"),
    Caller("viewer", "Viewer"),
    Caller("user", "User"),
    Caller("op", "Op"),
    Caller("admin", "Admin"),
    Caller("reader", actions=("can_read",), grants=_READ_ALL),
    Caller("editor", actions=("can_read", "can_edit", "can_delete"), grants=_EDIT_ALL),
    # May do everything to runs, of which there are none that they may see.
    Caller("runner", grants=_EDIT_ALL),
    # May change what they may not read.
    Caller("writer", actions=("can_edit",), grants=_EDIT_ALL[len(_READ_ALL) :]),
    # May read what belongs to DAGs, and edit one DAG that they may not read.
    Caller("corrector", actions=("can_edit",), grants=_EDIT_ALL),
)

_DAG = """
from datetime import datetime

from airflow import DAG
from airflow.datasets import Dataset
from airflow.operators.bash import BashOperator

with DAG({dag_id!r}, schedule=[Dataset({uri!r})], start_date=datetime(2026, 1, 1)):
    first = BashOperator(task_id="a", bash_command="true")
    first >> BashOperator.partial(task_id="m").expand(bash_command=["true", ":"])
"""


def dag_ids(caller: Caller) -> tuple[str, str]:
    """Return the ids of a caller's two DAGs."""
    return f"seen_{caller.name}", f"hidden_{caller.name}"


def error_number(dag_id: str) -> int:
    """Return the number of the import error of a DAG's file; one that there is not, where there is no such DAG."""
    numbered = [one for caller in CALLERS for one in dag_ids(caller)]
    return numbered.index(dag_id) + 1 if dag_id in numbered else len(numbered) + 1


def write_dags(folder: Path) -> None:
    """Write the DAG files: one for each DAG, as a file is readable only to who may read all of its DAGs."""
    folder.mkdir(parents=True, exist_ok=True)
    for caller in CALLERS:
        for dag_id in dag_ids(caller):
            (folder / f"{dag_id}.py").write_text(_DAG.format(dag_id=dag_id, uri=f"dataset_{caller.name}"))


def told(callers: tuple[Caller, ...] = CALLERS) -> str:
    """Return what the program that peoples an Airflow is told."""
    people: list[Mapping[str, object]] = [
        {
            "name": caller.name,
            "users": caller.names,
            "password": PASSWORD,
            "is_active": caller.is_active,
            "roles": caller.roles,
            "errors": {dag_id: error_number(dag_id) for dag_id in dag_ids(caller)},
            "grants": [*caller.grants, *((action, f"DAG:seen_{caller.name}") for action in caller.actions)],
        }
        for caller in callers
    ]
    return json.dumps(people)
