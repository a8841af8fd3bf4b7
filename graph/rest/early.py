"""What the APIs of Airflow's early years have in common: how they print values, read configurations and refuse."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from graph.rest.dialect import PROBLEM, Answer, RefusedError
from graph.rest.lenient import MalformedError
from resolvers.errors import (
    Conflict,
    Forbidden,
    NotFound,
    Problem,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
)

HTML = "text/html"

_STATUSES: Mapping[type[Problem], int] = {
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooMany: 429,
    Unsupported: 501,
    Unavailable: 503,
}


def status_of(problem: Problem) -> int:
    """Return the status of a refusal; what a caller can mend is a bad request."""
    return next((status for kind, status in _STATUSES.items() if isinstance(problem, kind)), 400)


def common_refusal(refusal: RefusedError) -> Answer | None:
    """Return a refusal that is none of an API's own: of a malformed body as a page, of an address as Airflow 2 does."""
    if isinstance(refusal, MalformedError):
        title = refusal.title
        content = (
            f"<!DOCTYPE html>\n<title>{refusal.status} {title}</title>\n<h1>{title}</h1>\n<p>{refusal.detail}</p>\n"
        )
        return Answer(content, refusal.status, HTML)
    if refusal.section is None:
        told = {"detail": refusal.detail, "status": refusal.status, "title": refusal.title, "type": "about:blank"}
        return Answer(told, refusal.status, PROBLEM)
    return None


def printed(value: object) -> str:
    """Return a value as Python prints it, instants in UTC with a blank before the time."""
    return str(value.astimezone(UTC)) if isinstance(value, datetime) else str(value)


def read_conf(told: object) -> Mapping[str, object] | None:
    """Return a run's configuration, given as an object or as the JSON of one; `ValueError` for anything else."""
    if isinstance(told, str) and told.strip():
        try:
            told = json.loads(told)
        except RecursionError:
            raise ValueError("nested too deep") from None
    if told in (None, ""):
        return None
    if not isinstance(told, dict):
        raise ValueError("no object")  # noqa: TRY004 - to callers, no JSON object is as bad as no JSON
    return told
