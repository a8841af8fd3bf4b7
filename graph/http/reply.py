"""The bytes of an answer: how long they may be, and how they are packed."""

import re
import zlib
from functools import lru_cache

from starlette.datastructures import Headers
from starlette.responses import Response

from resolvers.errors import TooExpensive
from resolvers.service import Session

WORTH_PACKING = 2_000
"""Answers below this many bytes fit into a packet or two: packing them costs time and saves none."""

PACKING = 1
"""The level at which a byte saved costs least: 5 and above take twice the time for a fortieth less."""

_GZIP = 16 + zlib.MAX_WBITS
_VARYING = ((b"vary", b"Accept-Encoding"),)
_PACKED = ((b"content-encoding", b"gzip"),)

# What a client accepts may well come again, unless it is longer.
_OFTEN = 200
_NEVER = re.compile(r"q\s*=\s*0(\.0*)?")


def reply(content: bytes, headers: Headers, media_type: str, status: int = 200) -> Response:
    """Return the answer to a request of these headers, packed where that pays: in a worker thread, as it takes time."""
    if len(content) < WORTH_PACKING:
        return _Reply(content, status, media_type)
    accepted = headers.get("accept-encoding", "")
    if (_unpacks_as_before if len(accepted) < _OFTEN else _unpacks)(accepted):
        packer = zlib.compressobj(PACKING, zlib.DEFLATED, _GZIP)
        return _Reply(packer.compress(content) + packer.flush(), status, media_type, *_VARYING, *_PACKED)
    return _Reply(content, status, media_type, *_VARYING)


class _Reply(Response):
    """Starlette's response, whose headers are given as they are sent: to look at each costs more than to send it."""

    def __init__(self, content: bytes, status: int, media_type: str, *headers: tuple[bytes, bytes]) -> None:
        self.status_code = status
        self.body = content
        self.background = None
        length = b"%d" % len(content)
        self.raw_headers = [(b"content-length", length), (b"content-type", _content_type(media_type)), *headers]


@lru_cache(maxsize=100)
def _content_type(media_type: str) -> bytes:
    charset = "; charset=utf-8" if media_type.startswith("text/") and "charset=" not in media_type else ""
    return (media_type + charset).encode("latin-1")


def refuse_longer(content: bytes, most: int, session: Session) -> None:
    """Raise `TooExpensive` for an answer of more bytes than are allowed; what was changed stays changed."""
    if len(content) > most:
        done = " What was to be changed has been." if session.changes else ""
        raise TooExpensive(
            f"This answer would be longer than {most:,} bytes.{done}",
            hint="Ask for smaller pages, fewer levels or fewer fields; or raise AIRFLOW_GRAPH_MAX_ANSWER_BYTES.",
        )


def _unpacks(accepted: str) -> bool:
    """Say whether a client takes gzip, by its Accept-Encoding."""
    weights: dict[str, str] = {}
    for coding in accepted.lower().split(","):
        name, _, weight = coding.partition(";")
        weights[name.strip()] = weight.strip()
    weight = weights.get("gzip", weights.get("*", "q=0"))
    return not _NEVER.fullmatch(weight)


_unpacks_as_before = lru_cache(maxsize=100)(_unpacks)
