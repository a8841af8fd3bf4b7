"""Logs in a folder of this machine."""

from collections.abc import Iterator
from pathlib import Path

from resolvers.sources.logs.found import NOTHING, PIECE, Found


def in_folder(base: Path, relative: str) -> Found:
    """Return the file of that name and those whose names go on from it, such as a triggerer's.

    Only regular files inside of the folder, wherever links in it may lead.
    """
    wanted = base / relative
    try:
        root = base.resolve(strict=True)
        paths = sorted(path for path in wanted.parent.iterdir() if path.name.startswith(wanted.name))
        inside = [path for path in paths if path.resolve(strict=True).is_relative_to(root) and path.is_file()]
    except OSError:
        return NOTHING
    if not inside:
        return NOTHING
    notes = ("Found local files:", *(f"  * {path}" for path in inside))
    return Found(notes, tuple(_pieces(path) for path in inside))


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
