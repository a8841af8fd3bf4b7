"""JSON documents that others publish, read within limits of time and size."""

import http.client
import time
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

import orjson

from resolvers.errors import Unavailable

SECONDS = 5.0
MOST_BYTES = 1_000_000
_PART = 65_536

Content = TypeVar("Content", bytes, bytearray)


def is_address(place: str) -> bool:
    """Say whether a place is an address on the web, and not a file."""
    return place.lower().startswith(("http://", "https://"))


def read_document(place: str) -> object:
    """Return what the JSON at an http(s) address, or in a file, says.

    Raises `Unavailable` where it is not there in time, is longer than a document of its kind can be, or is no JSON.
    The address is the operator's own; a redirection from it is not followed.
    """
    try:
        content = _fetched(place) if is_address(place) else _read(Path(place))
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        raise Unavailable(f"What {place} holds is not JSON.") from None
    except HTTPError as error:
        raise Unavailable(f"{place} answers {error.code}.") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable(f"{place} cannot be read: {_why(error)}.") from None


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return _within_limit(opened.read(MOST_BYTES + 1))


def _fetched(address: str) -> bytes:
    # What answers slowly, a byte at a time, is given up too: a timeout of the socket alone would wait on.
    end = time.monotonic() + SECONDS
    content = bytearray()
    with _opener().open(Request(address, headers={"Accept": "application/json"}), timeout=SECONDS) as answer:  # noqa: S310
        while part := answer.read1(_PART):
            content += part
            _within_limit(content)
            if time.monotonic() > end:
                raise TimeoutError
    return bytes(content)


def _within_limit(content: Content) -> Content:
    if len(content) > MOST_BYTES:
        raise ValueError(f"it is longer than {MOST_BYTES:,} bytes")
    return content


def _opener() -> OpenerDirector:
    """Return what opens http(s) addresses alone, through the proxy of the environment where there is one."""
    opener = OpenerDirector()
    for handler in (ProxyHandler(), HTTPHandler(), HTTPSHandler(), HTTPDefaultErrorHandler(), HTTPErrorProcessor()):
        opener.add_handler(handler)
    return opener


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(getattr(error, "reason", None), TimeoutError):
        return f"it did not answer within {SECONDS:.0f} seconds"
    reason = getattr(error, "reason", None) or error
    return str(getattr(reason, "strerror", None) or reason).strip(". ") or type(error).__name__
