"""Commands about DAGs as a whole: listing, pausing, refreshing."""

from collections import defaultdict
from functools import partial
from pathlib import PurePosixPath

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import DAG as DAG_ID
from graph.rest.clairvoyant.command import SUBDIR, Command, always, box
from graph.rest.clairvoyant.finding import all_of
from graph.rest.clairvoyant.tables import ruled
from graph.rest.clairvoyant.told import Told, said
from graph.rest.codec import codec, each
from graph.rest.dialect import RefusedError
from graph.types.dag import DAG
from graph.types.task import Task
from resolvers.binding import Match, Operator
from resolvers.errors import Conflict, Invalid, NotFound, Unsupported
from resolvers.operations.dags import reparse, set_paused

_IN_FILES = (Match("is_stale", Operator.EQUALS, value=False),)
_IDS = codec(DAG, "dag_id")
_REPORTED = codec(DAG, "dag_id", "fileloc", tasks=each("tasks", codec(Task, "task_id")))
_LINE = "-" * 67


def _list(asked: Asked) -> Told:
    """List the DAGs; as a report, with what is in which file. How long parsing took, no table says."""
    if not asked.flag("report"):
        return said(_listed([str(dag["dag_id"]) for dag in all_of(asked, _IDS, _IN_FILES, "dag_id")]))
    files: defaultdict[str, list[str]] = defaultdict(list)
    counts: defaultdict[str, int] = defaultdict(int)
    for dag in all_of(asked, _REPORTED, _IN_FILES, "dag_id"):
        file = str(dag["fileloc"])
        files[file].append(str(dag["dag_id"]))
        counts[file] += len(dag["tasks"])  # type: ignore[arg-type] # a list, as the codec says
    folder = asked.session.service.config.value("core", "dags_folder") or "the DAG bundles"
    rows = [
        (f"/{_within(file, folder)}", "NA", len(ids), counts[file], repr(ids)) for file, ids in sorted(files.items())
    ]
    ids = sorted(dag_id for ids in files.values() for dag_id in ids)
    head = (
        f"\n\n{_LINE}\nDagBag loading stats for {folder}\n{_LINE}\nNumber of DAGs: {len(ids)}\n"
        f"Total task number: {sum(counts.values())}\nDagBag parsing time: NA\n"
    )
    table = ruled(("file", "duration", "dag_num", "task_num", "dags"), rows)
    return said(f"{_listed(ids)}{head}{table}\n\n\n")


def _listed(ids: list[str]) -> str:
    return f"\n\n{_LINE}\nDAGS\n{_LINE}\n" + "\n".join(ids) + "\n\n"


def _within(file: str, folder: str) -> str:
    path = PurePosixPath(file)
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path).lstrip("/")


def _pause(asked: Asked, *, paused: bool) -> Told:
    """Pause or resume a DAG."""
    key = asked.session.run(set_paused, dag_id=asked.text("dag_id"), is_paused=paused)
    return said(f"Dag: {key.dag_id}, paused: {paused}\n")


def _refresh(asked: Asked) -> Told:
    """Have the file of a DAG parsed again."""
    if " " in asked.parameters.get("dag_id"):
        raise RefusedError(400, "dag_id contains spaces and is therefore an illegal argument")
    dag_id = asked.text("dag_id")
    fresh = f"DAG [{dag_id}] is now fresh as a daisy"
    try:
        asked.session.run(reparse, dag_id=dag_id)
    except Unsupported as unsupported:
        return Told(fresh, (f"{unsupported.detail} {unsupported.hint}",))
    except (Conflict, Invalid, NotFound) as problem:
        raise RefusedError(
            500, f"An error occurred while trying to Refresh the DAG '{dag_id}': {problem.detail}"
        ) from problem
    return Told(fresh)


def _refresh_all(asked: Asked) -> Told:
    """Have the files of all DAGs parsed again."""
    ids = [str(dag["dag_id"]) for dag in all_of(asked, _IDS, _IN_FILES, "dag_id")]
    warnings: tuple[str, ...] = ()
    try:
        for dag_id in ids:
            asked.session.run(reparse, dag_id=dag_id)
    except Unsupported as unsupported:
        warnings = (f"{unsupported.detail} {unsupported.hint}",)
    told = ", ".join(f"{dag_id!r}: <DAG: {dag_id}>" for dag_id in ids)
    return Told(f"{{{told}}}; All DAGs are now refreshed!", warnings)


COMMANDS = (
    Command(
        "list_dags",
        "List all the DAGs",
        _list,
        (SUBDIR, box("report", "Show DagBag loading report")),
    ),
    Command("pause", "Pauses a DAG", partial(_pause, paused=True), (DAG_ID, SUBDIR), always),
    Command("unpause", "Resume a paused DAG", partial(_pause, paused=False), (DAG_ID, SUBDIR), always),
    Command("refresh_dag", "Refresh a DAG", _refresh, (DAG_ID,), always, has_line=False),
    Command("refresh_all_dags", "Refresh all DAGs", _refresh_all, changes=always, has_line=False),
)
