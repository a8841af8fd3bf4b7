"""The differences that are meant: each by its name in docs/differences.md, and the requests that it is seen in."""

from collections.abc import Callable, Mapping

from .likeness import Told
from .request import Request

Seen = Callable[[Request, Told, Told], bool]


def _path(request: Request, *paths: str) -> bool:
    return request.operation.path in paths


def _is_cleared(request: Request, theirs: Told, _ours: Told) -> bool:
    said = request.said()
    return _path(request, "/dags/{dag_id}/clearTaskInstances") and theirs.status == 200 and said.get("dry_run") is False


DELIBERATE: Mapping[str, Seen] = {
    "Who may see no DAG sees nothing of any": lambda request, theirs, ours: (
        _path(request, "/dags/~/dagRuns/~/taskInstances/list") and theirs.status == ours.status == 200
    ),
    "A dataset tells of no DAG that the caller may not read": lambda request, theirs, ours: (
        _path(request, "/datasets", "/datasets/{uri}", "/datasets/events") and theirs.status == ours.status == 200
    ),
    "`/config` tells what was configured": lambda request, theirs, _ours: (
        _path(request, "/config", "/config/section/{section}/option/{option}") and theirs.status == 200
    ),
    "Providers, plugins and tests of connections need Airflow's command line": lambda request, theirs, ours: (
        # It leaves out full stops.
        _path(request, "/providers", "/plugins") and theirs.status == ours.status
    ),
    "A running task that is cleared is restarting at once": _is_cleared,
    "A dry run changes nothing": lambda request, theirs, ours: (
        _path(request, "/dags/{dag_id}/updateTaskInstancesState")
        and request.said().get("dry_run", True) is True
        and theirs == ours
    ),
    "A role is not given a name that is taken": lambda request, theirs, ours: (
        request.operation.name == "PATCH /roles/{role_name}" and (theirs.status, ours.status) == (200, 409)
    ),
    "A refusal does not tell whether there is what is refused": lambda request, theirs, ours: (
        _path(request, "/importErrors/{import_error_id}", "/parseDagFile/{file_token}")
        and (theirs.status, ours.status) == (404, 403)
    ),
    "A DAG is paused or it is not": lambda request, _theirs, ours: (
        _path(request, "/dags", "/dags/{dag_id}")
        and request.said().get("is_paused", "not told") is None
        and ours.status == 400
    ),
}
"""What may differ: of lists the rows that some callers see, so of these the first two are of other callers alone."""
OF_SOME_CALLERS = frozenset({*list(DELIBERATE)[:2], "A refusal does not tell whether there is what is refused"})


def deliberate(request: Request, theirs: Told, ours: Told, *, everything: str) -> bool:
    """Say whether a difference is meant; the caller named `everything` may do whatever can be done."""
    return any(
        seen(request, theirs, ours)
        for name, seen in DELIBERATE.items()
        if name not in OF_SOME_CALLERS or request.caller != everything
    )
