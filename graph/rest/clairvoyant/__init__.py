"""Clairvoyant's REST plugin of 2016, `/admin/rest_api/api?api=...`, on today's metadata."""

from datetime import UTC, datetime
from functools import partial
from itertools import chain

from graph.http.auth import actor_of
from graph.rest.clairvoyant import (
    airflow,
    backfills,
    connections,
    dags,
    deploying,
    pools,
    processes,
    running,
    runs,
    tasks,
    variables,
    versions,
)
from graph.rest.clairvoyant.admin import page
from graph.rest.clairvoyant.answering import Commands, envelope, refused
from graph.rest.clairvoyant.asking import reading
from graph.rest.dialect import Answer, Dialect, RefusedError
from graph.rest.lenient import ANYTHING
from graph.rest.rows import Custom
from resolvers.errors import Problem

_NAME = "clairvoyant"

# In the order of the original's documentation, near enough: what is about one thing stands together.
COMMANDS = Commands.of(
    chain(
        versions.COMMANDS,
        dags.COMMANDS,
        runs.COMMANDS,
        tasks.COMMANDS,
        running.COMMANDS,
        backfills.COMMANDS,
        airflow.COMMANDS,
        variables.COMMANDS,
        connections.COMMANDS,
        pools.COMMANDS,
        deploying.COMMANDS,
        processes.COMMANDS,
    )
)


def _render(problem: Problem | RefusedError) -> Answer:
    """Render what is refused before there is a command: a page for what HTTP itself refuses, else the envelope."""
    refusal = problem if isinstance(problem, RefusedError) else refused(problem)
    if refusal.status in (404, 405) and isinstance(problem, RefusedError):
        content = f"<!DOCTYPE html>\n<title>{refusal.status} {refusal.title}</title>\n<h1>{refusal.title}</h1>\n"
        headers = {"Allow": "OPTIONS, GET, POST, HEAD"} if refusal.status == 405 else {}
        return Answer(f"{content}<p>{refusal.detail}</p>\n", refusal.status, "text/html", headers)
    return envelope(refusal, datetime.now(UTC))


CLAIRVOYANT = Dialect(
    "/admin/rest_api",
    (
        Custom("GET", "/api", COMMANDS.answer, body=ANYTHING),
        Custom("POST", "/api", COMMANDS.answer, body=ANYTHING),
        Custom("GET", "/", partial(page, COMMANDS.by_name.values()), open=True),
    ),
    _render,
    reading,
    callers=lambda service: partial(actor_of, service, dialect=_NAME),
)
