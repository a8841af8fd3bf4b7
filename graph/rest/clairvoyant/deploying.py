"""The command that deploys a DAG file, and what happens to its DAGs when Airflow has found them."""

import logging
from datetime import datetime
from threading import BoundedSemaphore, Thread
from time import monotonic, sleep

from graph.rest.clairvoyant.asking import Asked, Upload
from graph.rest.clairvoyant.command import Command, Kind, Parameter, always, box
from graph.rest.clairvoyant.finding import all_of
from graph.rest.clairvoyant.told import Told
from graph.rest.codec import codec
from graph.rest.dialect import RefusedError
from graph.types.dag import DAG
from resolvers.errors import Conflict, Invalid, Problem, TooExpensive, Unsupported
from resolvers.operations.dags import set_paused
from resolvers.operations.deployment import deploy_dag_file

log = logging.getLogger("airflow_graph")

_PARSED = codec(DAG, "dag_id", "fileloc", "relative_fileloc", "last_parsed_time")

# How often, and for how long, is looked whether Airflow has parsed a file; and how many are waited for.
_EVERY, _UNTIL = 1.0, 900.0
_ROOMS = BoundedSemaphore(8)

_BOTH = "Both options pause and unpause were given. Skipping setting the state (pause, unpause) of the DAG."
_LATER = "Its DAGs will be {word} as soon as Airflow has parsed the file, if this server runs until then."
_FULL = (
    "Failed to set the state (pause, unpause) of the DAG: too many other files are waited for. "
    "Ask for it when Airflow has parsed the file."
)


def _deploy(asked: Asked) -> Told:
    """Put a file among the DAG files; pause or resume its DAGs once there are some."""
    upload = asked.parameters.files.get("dag_file")
    if upload is None or not upload.filename:
        raise RefusedError(400, "dag_file should be provided")
    before = _parsed(asked, upload.filename) if _waits(asked) else {}
    # That a box is there ticks it here, be it empty: so the original reads this form, and no other.
    force = "force" in asked.parameters.form
    try:
        asked.session.run_sent(
            deploy_dag_file, {"file": upload.filename}, name=upload.filename, source=upload.content, force=force
        )
    except (Conflict, Invalid, TooExpensive, Unsupported) as problem:
        raise RefusedError(400, f"{problem.detail} {problem.hint}" if problem.hint else problem.detail) from problem
    return Told(
        f"DAG File [<FileStorage: {upload.filename!r} ({upload.media_type!r})>] has been uploaded",
        _then(asked, upload, before),
    )


def _waits(asked: Asked) -> bool:
    """Say whether something is to be done once the file is parsed."""
    return ("pause" in asked.parameters.form) != ("unpause" in asked.parameters.form)


def _then(asked: Asked, upload: Upload, before: dict[str, datetime | None]) -> tuple[str, ...]:
    """Arrange for what is to be done with the DAGs, and return what is to be said of it."""
    if not _waits(asked):
        return (_BOTH,) if "pause" in asked.parameters.form else ()
    if not _ROOMS.acquire(blocking=False):
        return (_FULL,)
    paused = "pause" in asked.parameters.form
    Thread(
        target=_set_when_parsed,
        args=(asked, upload.filename, before),
        kwargs={"paused": paused},
        name=f"deployed {upload.filename}",
        daemon=True,
    ).start()
    return (_LATER.format(word="paused" if paused else "resumed"),)


def _set_when_parsed(asked: Asked, name: str, before: dict[str, datetime | None], *, paused: bool) -> None:
    """Pause or resume the DAGs of a file when they have been parsed anew, as the one who deployed it."""
    service, actor, until = asked.session.service, asked.session.actor, monotonic() + _UNTIL
    fields: dict[str, object] = {"file": name, "paused": paused}
    try:
        while monotonic() < until:
            with service.session(actor) as session:
                now = _parsed(Asked(session, asked.command, asked.parameters), name)
                fresh = [
                    dag_id for dag_id, parsed in now.items() if parsed is not None and parsed != before.get(dag_id)
                ]
                for dag_id in fresh:
                    session.run(set_paused, dag_id=dag_id, is_paused=paused)
            if fresh:
                log.info("deployed DAGs set", extra={"fields": {**fields, "dags": fresh}})
                return
            sleep(_EVERY)
        log.warning("deployed file not parsed", extra={"fields": fields})
    except Problem as problem:
        log.warning("deployed DAGs not set", extra={"fields": {**fields, "detail": problem.detail}})
    except Exception:
        # Nobody waits for this thread who could be told.
        log.exception("deployed DAGs not set", extra={"fields": fields})
    finally:
        _ROOMS.release()


def _parsed(asked: Asked, name: str) -> dict[str, datetime | None]:
    """Return when the DAGs of a file were last parsed, by id: those of this path, or of this place in a bundle."""
    folder = asked.session.service.settings.deploy_folder
    place = str(folder / name) if folder else None
    return {
        str(dag["dag_id"]): dag["last_parsed_time"]  # type: ignore[misc] # as the codec says
        for dag in all_of(asked, _PARSED, (), "dag_id")
        if dag["fileloc"] == place or dag["relative_fileloc"] == name
    }


COMMANDS = (
    Command(
        "deploy_dag",
        "Deploy a new DAG",
        _deploy,
        (
            Parameter("dag_file", "Python file to upload and deploy", Kind.FILE),
            box("force", "Whether to forcefully upload the file if the file already exists or not"),
            box("pause", "The DAG will be forced to be paused when created"),
            box("unpause", "The DAG will be forced to be unpaused when created"),
        ),
        always,
        has_line=False,
        posted=True,
    ),
)
