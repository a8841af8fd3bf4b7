"""Problem -> GraphQL error: what a client sees of a refusal, and of a fault of ours."""

import logging
import re
import uuid
from collections.abc import Sequence

from graphql import GraphQLError

from resolvers.errors import Problem, TooExpensive, TooMany, Unauthenticated, Unsupported
from resolvers.traces import fit_for_log

log = logging.getLogger("airflow_graph")

_UNKNOWN_VALUE = "The database holds a value that is not known here: is it of a newer Airflow? Upgrade airflow-graph."


# Errors of one answer that are told, and characters of a message: both may be as long as somebody's request.
_MOST_ERRORS = 100
_LONGEST_MESSAGE = 1_000

# How graphql-core ends a message in which it tells names of the schema that may have been meant.
_SUGGESTION = re.compile(r" Did you mean [^?]*\?$")


def errors_told(errors: Sequence[GraphQLError]) -> list[dict[str, object]]:
    """Return errors as the response holds them: the first ones, and how many there are where there are more."""
    told = [formatted(error) for error in errors[:_MOST_ERRORS]]
    left = len(errors) - len(told)
    if left:
        message = f"{left:,} more errors are not told; {_MOST_ERRORS:,} are."
        told.append({"message": message, "extensions": {"code": TooExpensive.code}})
    return told


def without_suggestions(error: GraphQLError) -> GraphQLError:
    """Return an error for somebody who may not learn what the schema is: without names that may have been meant."""
    message = _SUGGESTION.sub("", error.message)
    if message == error.message:
        return error
    return GraphQLError(message, error.nodes, path=error.path, original_error=error.original_error)


def formatted(error: GraphQLError) -> dict[str, object]:
    """Return an error as the response holds it.

    A `Problem` has its code, and the field and hint where it names them; an error of GraphQL itself
    the code `BAD_REQUEST`; a stored value for which the schema has no word `UNSUPPORTED`; anything
    else is a fault of ours: an id for the client, the rest for the log.
    """
    told: dict[str, object] = {"message": _short(error.message)}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        told["path"] = list(error.path)
    told.update(_told(error))
    return told


def _told(error: GraphQLError) -> dict[str, object]:
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    if isinstance(original, Problem):
        return {"message": _short(original.detail), "extensions": problem_extensions(original)}
    if isinstance(original, GraphQLError) and original.nodes is None and error.path is not None:
        # Not a place in the document is at fault, but a value that was read.
        return {"extensions": problem_extensions(Unsupported("", hint=_UNKNOWN_VALUE))}
    if original is None or isinstance(original, GraphQLError):
        return {"extensions": {"code": "BAD_REQUEST"}}
    return incident(original)


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}..."


def incident(error: Exception) -> dict[str, object]:
    """Write a fault of ours to the log; return what the client sees of it: an id to ask by."""
    number = uuid.uuid4().hex[:12]
    log.error("unexpected error", extra={"fields": {"incident": number}}, exc_info=fit_for_log(error))
    return {
        "message": f"Something went wrong here; the log of the server tells more under {number}.",
        "extensions": {"code": "INTERNAL", "incident": number},
    }


def problem_extensions(problem: Problem) -> dict[str, object]:
    """Return what a refusal says beside its message."""
    told: dict[str, object] = {"code": problem.code}
    if problem.field is not None:
        told["field"] = problem.field
    if problem.hint is not None:
        told["hint"] = problem.hint
    if isinstance(problem, TooMany):
        told["retryAfter"] = problem.retry_after
    return told


def problem_headers(problem: Problem) -> dict[str, str]:
    """Return what the headers of an answer say of a refusal: how to become known, or when to ask again."""
    match problem:
        case Unauthenticated(challenges=challenges) if challenges:
            return {"WWW-Authenticate": ", ".join(challenges)}
        case TooMany(retry_after=seconds):
            return {"Retry-After": str(seconds)}
        case _:
            return {}
