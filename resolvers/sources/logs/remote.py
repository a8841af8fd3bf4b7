"""Logs in a remote store, by the protocols that fsspec knows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resolvers.sources.logs.found import NOTHING, PIECE, Found

try:
    import fsspec
except ImportError:
    # An extra: [remote-logs].
    fsspec = None


@dataclass(frozen=True)
class RemoteLogs:
    """A folder in a remote store, such as `s3://bucket/logs`, and what its protocol must be told."""

    folder: str
    options: Mapping[str, object] = field(repr=False)

    def find(self, relative: str) -> Found:
        """Return the object of that name and those whose names go on from it, or why there is nothing."""
        if fsspec is None:
            return Found((f"Remote logs ({self.folder}) are not read: airflow-graph[remote-logs] is not installed.",))
        try:
            store, folder = fsspec.url_to_fs(self.folder, **self.options)
            wanted = f"{folder.rstrip('/')}/{relative}"
            parent = wanted.rpartition("/")[0]
            found = store.find(parent, maxdepth=1) if store.exists(parent) else []
            paths = sorted(path for path in found if f"/{path.lstrip('/')}".startswith(f"/{wanted.lstrip('/')}"))
            texts = tuple(_pieces(store, path) for path in paths)
        except Exception as error:  # noqa: BLE001 - every protocol has errors of its own
            return Found((f"Remote logs ({self.folder}) cannot be read: {type(error).__name__}: {error}",))
        return Found(("Found remote logs:", *(f"  * {path}" for path in paths)), texts) if paths else NOTHING


def _pieces(store: "fsspec.AbstractFileSystem", path: str) -> Iterator[bytes]:
    with store.open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece
