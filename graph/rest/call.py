"""One request to a row, as the row sees it, and the words in which a dialect refuses it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from graph.rest.body import Body, check_fields
from graph.rest.codec import Json
from graph.rest.dialect import Given, RefusedError
from resolvers.access.actor import EVERYTHING, WHICHEVER
from resolvers.access.permissions import Guard
from resolvers.errors import Problem
from resolvers.operations.operation import Operation
from resolvers.selection import Lookup, Selection
from resolvers.service import Session

R = TypeVar("R")

# Stands in a path for "whichever".
ANY = WHICHEVER

# What names the object of a request, for which the audit log has columns.
_AUDITED_APART = {"dag_id", "dag_run_id", "run_id", "task_id", "execution_date", "logical_date"}

# What a path calls otherwise than the shared vocabulary does.
_COLUMNS = {
    "dag_run_id": "run_id",
    "pool_name": "pool",
    "variable_key": "key",
    "xcom_key": "key",
    "connection_id": "conn_id",
    "event_log_id": "id",
    "import_error_id": "id",
    "role_name": "name",
}

# Names of what has secrets: of a change to it the audit log tells the body alone, where there is one.
_TOLD_BY_BODY = {"variable_key", "connection_id"}


@dataclass(frozen=True)
class Limits:
    """How many rows a page has at most, and where nobody says how many."""

    most: int
    usual: int


@dataclass(frozen=True)
class Call:
    """One request to a row: who asks, what for, and which forms of the answer they `accept`."""

    session: Session
    path: Mapping[str, Any]
    query: Mapping[str, object]
    # What was sent, and what it has to be like.
    content: Mapping[str, object]
    limits: Limits
    form: Body | None = None
    # What the caller takes, as it says.
    accept: str = ""
    # The parameters as they came.
    texts: Mapping[str, str] = field(default_factory=dict)
    # Whether the audit log tells of what was sent.
    told_of_content: bool = True

    @staticmethod
    def of(session: Session, path: Mapping[str, Any], given: Given, limits: Limits, accept: str) -> "Call":
        """Return the call that a request makes."""
        return Call(session, path, given.query, given.body, limits, given.form, accept, given.texts, given.audited)

    @property
    def body(self) -> Mapping[str, object]:
        """The body that was sent; refused for what Airflow finds at fault only once it knows that the caller may."""
        if self.form is not None:
            check_fields(self.form, self.content)
        return self.content

    def admit(self, guard: Guard) -> None:
        """Refuse who may not read of the DAG that the address names, whether or not there is such a DAG."""
        dag_id = self.path.get("dag_id") or str(self.query.get("dag_id") or ANY)
        self.session.admit(guard, dag_id)
        if dag_id == ANY:
            # Who may ask for whichever is told that it is no DAG's name, even where they may see no DAG at all.
            self.session.show(frozenset({ANY}))

    def change(
        self,
        operation: Operation[..., R],
        named: Mapping[str, Any],
        further: Callable[[], Mapping[str, Any]] = dict,
        there: "There | None" = None,
    ) -> R:
        """Carry out an operation: upon what `named` says, with the arguments that `further` finds or refuses.

        Whoever may do that is from then on shown what it is done to, as Airflow's API shows it. What has to be
        `there` and is not is told before what is wrong with the body.
        """

        def told() -> Mapping[str, Any]:
            dag_ids = [dag_id for dag_id in operation.about(named) if dag_id is not None]
            self.session.show(frozenset(dag_ids) if dag_ids else EVERYTHING)
            try:
                # Refused here, if it is.
                self.body  # noqa: B018 - looked at
                return further()
            except RefusedError as refusal:
                if there is not None and self.find(there.codec) is None:
                    raise there.missing.refusal(404, "NotFound", self) from refusal
                raise

        return self.session.run_checked(operation, self.sent(), named, told)

    def columns(self) -> dict[str, object]:
        """Return what the path says, by logical column."""
        return {_COLUMNS.get(name, name): value for name, value in self.path.items()}

    def find(self, codec: Selection, **key: object) -> Json | None:
        """Return one object by its key; without one, by what the path says."""
        return self.find_all(codec, [key or self.columns()])[0]

    def find_all(self, codec: Selection, keys: list[dict[str, object]]) -> list[Json | None]:
        """Return the object of each key, none where there is none."""
        return self.session.read(Lookup(codec, tuple(keys))).written()

    def sent(self) -> dict[str, object]:
        """Return what the audit log says that the client sent.

        Airflow has columns of their own for what names a run or a task instance, and leaves that out of
        the rest.
        """
        if self.content and self.told_of_content and _TOLD_BY_BODY & self.path.keys():
            return dict(self.content)
        told = {**self.texts, **self.path}
        content = self.content if self.told_of_content else {}
        return {**{name: value for name, value in told.items() if name not in _AUDITED_APART}, **content}


# What is done to an object of the answer that no statement can do.
Finish = Callable[[Call, Json], None]


@dataclass(frozen=True)
class Words:
    """How a dialect says that something is so: a title and a detail, with the path's names in braces."""

    title: str
    detail: str | None = None

    def refusal(self, status: int, section: str, call: Call) -> RefusedError:
        """Return the refusal of a call in these words."""
        told = {**call.query, **call.content, **call.path}
        detail = None if self.detail is None else self.detail.format_map(told)
        return RefusedError(status, detail, title=self.title.format_map(told), section=section)


def refuse_without(call: Call, name: str) -> None:
    """Refuse a body without a property for which Airflow does not look before it crashes."""
    if name not in call.body:
        raise RefusedError(400, f"{name!r} is a required property")


@dataclass(frozen=True)
class There:
    """What the path names, and how a dialect says that there is none."""

    codec: Selection
    missing: Words


# The status of each refusal for which a dialect may have words, and where its documentation explains it.
_SECTIONS: Mapping[str, tuple[int, str]] = {
    "INVALID": (400, "BadRequest"),
    "NOT_FOUND": (404, "NotFound"),
    "CONFLICT": (409, "AlreadyExists"),
}


# What a dialect calls a kind of refusal, where need be by what else there is to it.
Saying = Words | Callable[[Call, Problem], Words | None]


def said(problem: Problem, words: Mapping[type[Problem], Saying], call: Call) -> Problem | RefusedError:
    """Return a refusal in the dialect's words for it, or as it is where the dialect has none."""
    told = next((told for kind, told in words.items() if isinstance(problem, kind)), None)
    if told is not None and not isinstance(told, Words):
        told = told(call, problem)
    if told is None or problem.code not in _SECTIONS:
        return problem
    return told.refusal(*_SECTIONS[problem.code], call)
