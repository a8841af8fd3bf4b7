"""How Airflow's stable API says no: problem details of RFC 7807."""

from graph.problems import problem_headers
from graph.rest.dialect import PROBLEM, Answer, RefusedError
from resolvers.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    Problem,
    TooExpensive,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
)

_DOCUMENTATION = "https://airflow.apache.org/docs/apache-airflow/2.11.2/stable-rest-api-ref.html#section/Errors/"

# Status, title and section of the documentation; Airflow has no sections for the last four.
_KINDS: dict[type[Problem], tuple[int, str, str]] = {
    Invalid: (400, "Bad Request", "BadRequest"),
    Unauthenticated: (401, "Unauthorized", "Unauthenticated"),
    Forbidden: (403, "Forbidden", "PermissionDenied"),
    NotFound: (404, "Not Found", "NotFound"),
    Conflict: (409, "Conflict", "AlreadyExists"),
    TooExpensive: (400, "Bad Request", "BadRequest"),
    TooMany: (429, "Too Many Requests", "Unknown"),
    Unsupported: (501, "Not Implemented", "Unknown"),
    Unavailable: (503, "Service Unavailable", "Unknown"),
}

_NEGOTIATE = "Negotiate"

# Airflow tells nobody why they may not.
_SILENT = (Unauthenticated, Forbidden)


def render(refusal: Problem | RefusedError) -> Answer:
    """Return the problem details of a refusal."""
    if isinstance(refusal, RefusedError):
        status, title, section, detail = refusal.status, refusal.title, refusal.section, refusal.detail
        headers = {}
    else:
        status, title, section = next(told for kind, told in _KINDS.items() if isinstance(refusal, kind))
        silent = isinstance(refusal, _SILENT)
        detail = None if silent else refusal.detail
        headers = problem_headers(refusal)
        if isinstance(refusal, Unauthenticated) and _NEGOTIATE not in refusal.challenges:
            # Airflow asks for no credentials, as a browser would open a window then. Kerberos cannot begin unasked.
            headers = {}
    kind = f"{_DOCUMENTATION}{section}" if section else "about:blank"
    return Answer({"detail": detail, "status": status, "title": title, "type": kind}, status, PROBLEM, headers)
