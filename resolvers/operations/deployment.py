"""Putting a DAG file into the folder of DAG files: never run, never imported, whole or not at all."""

import ast
import os
import re
import secrets
import socket
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, TooExpensive, Unavailable, Unsupported
from resolvers.operations.audit import Audit
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

LONGEST_FILE = 1_000_000
"""Bytes of a DAG file at most."""

# A name and nothing else: no folder, no dot in front, nothing that a shell or a terminal would read otherwise.
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}\.py")


@dataclass(frozen=True)
class DeployedFile:
    """A file that is now among the DAG files."""

    path: str


@operation(needs=Permission.DAG_FILE_CREATE, audit=Audit("deploy_dag", "deploy_dag", "POST", ()))
def deploy_dag_file(work: Work, *, name: str, source: bytes, force: bool = False) -> DeployedFile:
    """Write a DAG file under its base name; with `force`, in the place of one that is there.

    Its syntax is looked at, by the grammar of our own Python, and nothing in it is run. Raises `Unsupported` where no
    folder is configured, `Invalid` for a name or a text that is none of a DAG file, `Conflict` for one that is there.
    """
    folder = work.settings.deploy_folder
    if folder is None:
        raise Unsupported(
            "DAG files are not taken here.", hint="Set AIRFLOW_GRAPH_DEPLOY_FOLDER to the folder that they go to."
        )
    if not name.endswith(".py"):
        raise Invalid("dag_file is not a *.py file", field="dag_file")
    if not _NAME.fullmatch(name):
        raise Invalid(
            f"{name[:200]!r} cannot be the name of a DAG file.",
            field="dag_file",
            hint="Give a base name of letters, digits, _ . and -, without a folder.",
        )
    if len(source) > LONGEST_FILE:
        raise TooExpensive(f"The file has {len(source):,} bytes; {LONGEST_FILE:,} are the most.")
    _refuse_nonsense(source, name)
    path = folder / name
    try:
        _write(path, source, force=force)
    except FileExistsError:
        raise Conflict(
            f"The file '{path}' already exists on host '{socket.gethostname()}'.", field="dag_file"
        ) from None
    except OSError as error:
        raise Unavailable(
            f"The file cannot be written: {error.strerror}.", hint="Look at AIRFLOW_GRAPH_DEPLOY_FOLDER and its rights."
        ) from None
    return DeployedFile(str(path))


def _refuse_nonsense(source: bytes, name: str) -> None:
    """Raise `Invalid` for what is no Python; reading it as such runs none of it."""
    try:
        ast.parse(source, name)
    except SyntaxError as error:
        raise Invalid(f"{name}, line {error.lineno}: {error.msg}.", field="dag_file") from None
    except (ValueError, RecursionError, MemoryError):
        raise Invalid(f"{name} cannot be read as Python.", field="dag_file") from None


def _write(path: Path, source: bytes, *, force: bool) -> None:
    """Write a file at once: whoever reads the folder sees all of it or nothing."""
    # No DAG processor takes a hidden file without the ending for a DAG file.
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with beside.open("xb") as file:
            file.write(source)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        if force:
            beside.replace(path)
        else:
            path.hardlink_to(beside)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()
