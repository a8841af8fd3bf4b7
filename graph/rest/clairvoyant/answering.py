"""From a request to the envelope that answers it: which command is meant, whether it may be, what it said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Literal

from graph.rest.call import Call
from graph.rest.clairvoyant.asking import Asked, Parameters
from graph.rest.clairvoyant.command import Command, Kind
from graph.rest.clairvoyant.connections import MASK, masked_uri
from graph.rest.clairvoyant.finding import has_dag
from graph.rest.clairvoyant.told import FailedError, Streams, Told, UsageError, failure, misuse
from graph.rest.codec import Json
from graph.rest.dialect import Answer, RefusedError
from resolvers.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unsupported

Manner = Literal["original", "documented"]

# Refusals that Airflow's command line would have met itself, and told in its own output.
_FAILURES = (Invalid, NotFound, Conflict, Unsupported)

_STATUSES: Mapping[str, int] = {
    "UNAUTHENTICATED": 403,
    "FORBIDDEN": 403,
    "NOT_FOUND": 404,
    "CONFLICT": 409,
    "TOO_EXPENSIVE": 413,
    "TOO_MANY": 429,
    "UNAVAILABLE": 503,
}
# Methods by which a caller shows a token, which no browser does unasked.
_BY_TOKEN = ("token", "header")
UNKNOWN_CALLER = "Token Authentication Failed"
_FORGEABLE = (
    "This changes something, and a page of another site could have had a browser ask it. Present a token in a header; "
    "or send a POST."
)


@dataclass(frozen=True)
class Commands:
    """The commands of the dialect, by name."""

    by_name: Mapping[str, Command]

    @classmethod
    def of(cls, commands: Iterable[Command]) -> "Commands":
        """Return these commands."""
        return cls({command.name: command for command in commands})

    def answer(self, call: Call) -> Answer:
        """Answer a request. Whoever is not known by credentials of their own is told nothing but that."""
        began = datetime.now(UTC)
        parameters = call.query["parameters"]
        assert isinstance(parameters, Parameters)  # noqa: S101 - for the type checker: `reading` made it
        if call.session.actor.method == "anonymous":
            return envelope(RefusedError(403, UNKNOWN_CALLER), began)
        name = parameters.get("api").strip().lower()
        asked = Asked(call.session, name, parameters)
        manner: Manner = call.session.service.settings.clairvoyant_answers
        try:
            told: Told | RefusedError = self._told(asked)
        except RefusedError as refusal:
            told = refusal
        except Problem as problem:
            told = refused(problem)
        return envelope(told, began, asked, self.by_name.get(name), manner)

    def _told(self, asked: Asked) -> Told:
        if not asked.command:
            raise RefusedError(400, "API should be provided")
        command = self.by_name.get(asked.command)
        if command is None:
            raise RefusedError(400, f"API '{asked.command[:200]}' was not found")
        shown = asked.session.actor.method in _BY_TOKEN
        if command.changes(asked) and asked.parameters.is_forgeable and not shown:
            raise Forbidden(_FORGEABLE)
        missing = [name for name in command.required if not asked.parameters.get(name)]
        if missing:
            raise RefusedError(400, f"The argument(s) {missing!r} are required")
        dag_id = asked.text("dag_id")
        if dag_id and any(one.name == "dag_id" for one in command.parameters) and not has_dag(asked, dag_id):
            raise RefusedError(400, f"The DAG ID '{dag_id[:250]}' does not exist")
        return _with_idle(_carried_out(command, asked), command, asked)


def _carried_out(command: Command, asked: Asked) -> Told:
    """Return what a command says; what makes it fail, it says too, and that is no failure of the request."""
    try:
        return command.by(asked)
    except UsageError as error:
        return Told(misuse(command.name, error))
    except FailedError as error:
        return Told(Streams(stderr=failure(error)))
    except _FAILURES as problem:
        if not command.has_line:
            raise
        return Told(Streams(stderr=failure(problem)))


def _with_idle(told: Told, command: Command, asked: Asked) -> Told:
    """Add a warning of each parameter that was given, and does nothing."""
    idle = [f"{one.name} is ignored: {one.idle}." for one in command.parameters if one.idle and asked.flag(one.name)]
    return Told(told.output, (*told.warnings, *idle), told.status)


def refused(problem: Problem) -> RefusedError:
    """Return a refusal of ours in the dialect's form."""
    if problem.code == "UNAUTHENTICATED":
        return RefusedError(403, UNKNOWN_CALLER)
    detail = f"{problem.detail} {problem.hint}" if problem.hint else problem.detail
    return RefusedError(_STATUSES.get(problem.code, 400), detail)


def envelope(
    told: Told | RefusedError,
    began: datetime,
    asked: Asked | None = None,
    command: Command | None = None,
    manner: Manner = "original",
) -> Answer:
    """Return the answer in the form that all answers have, its names from A.

    As documented, the output is one text, the arguments lack `api`, and those of a form are told only where there are
    any; as in the original, what has two outputs is an object.
    """
    status = told.status
    answer: Json = {
        "call_time": format_datetime(began, usegmt=True),
        "http_response_code": status,
        "response_time": format_datetime(datetime.now(UTC), usegmt=True),
        "status": "OK" if status < 400 else "ERROR",
    }
    documented = manner == "documented"
    if asked is not None:
        query, form = (_shown(asked, given) for given in (asked.parameters.query, asked.parameters.form))
        if documented:
            query.pop("api", None)
            form.pop("api", None)
        answer["arguments"] = query
        if form or not documented:
            answer["post_arguments"] = form
    if isinstance(told, RefusedError):
        answer["output"] = told.detail
        return Answer(dict(sorted(answer.items())), status)
    if told.warnings:
        answer["warning"] = " ".join(told.warnings)
    match told.output:
        case Streams(stdout, stderr):
            answer["output"] = f"{stdout}{stderr}" if documented else {"stderr": stderr, "stdin": "", "stdout": stdout}
        case text:
            answer["output"] = text
    if answer["output"] == "":
        del answer["output"]
    if asked is not None and command is not None and (isinstance(told.output, Streams) or _is_line(command, manner)):
        answer["airflow_cmd"] = line_of(command, asked)
    return Answer(dict(sorted(answer.items())), status)


def _is_line(command: Command, manner: Manner) -> bool:
    return command.has_line and manner == "documented"


def line_of(command: Command, asked: Asked) -> str:
    """Return the command line that the original ran: options, then what stands behind them. Nothing runs it here."""
    options: list[str] = []
    placed: dict[int, str] = {}
    given = _shown(asked, {one.name: asked.parameters.get(one.name) for one in command.parameters})
    for one in command.parameters:
        value = given[one.name]
        if one.name == "set" and given.get("cmd") == "set":
            options += ["--set", *filter(None, (given.get(name, "") for name in _SET[command.name]))]
        elif not value or one.silent or one.name == "no_confirm":
            continue
        elif one.place is not None:
            placed[one.place] = value
        else:
            options += [f"--{one.name}"] if one.kind is Kind.BOX else [f"--{one.name}", value]
    return " ".join(["airflow", command.name, *options, *command.further, *(placed[at] for at in sorted(placed))])


# What `cmd=set` is followed by.
_SET: Mapping[str, tuple[str, ...]] = {
    "pool": ("pool_name", "slot_count", "pool_description"),
    "variables": ("key", "value"),
}


def _shown(asked: Asked, given: Mapping[str, str]) -> dict[str, str]:
    """Return parameters as the answer repeats them: without what is secret, by Airflow's rules for sensitive names."""
    masking = asked.session.service.masking
    shown = dict(sorted(given.items()))
    for name, value in given.items():
        if not value:
            continue
        if name == "conn_uri":
            shown[name] = masked_uri(value)
        elif name == "conn_extra" or masking.is_sensitive(asked.text("key") if name == "value" else name):
            shown[name] = MASK
        elif value.startswith("{"):
            shown[name] = masking.mask_text(value)
    return shown
