"""Logs that workers and triggerers serve, by HTTP under a signature of Airflow's secret key."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote

import orjson
import urllib3
from jwt import PyJWS
from jwt.algorithms import HMACAlgorithm
from urllib3.exceptions import HTTPError

from resolvers.sources.logs.found import PIECE, Found

_AUDIENCE = "task-instance-logs"
_ALGORITHM = "HS512"


class _AnyLength(HMACAlgorithm):
    """The algorithm with keys of any length: those that Airflow makes for itself are shorter than advised."""

    def check_key_length(self, key: bytes) -> None:
        """Find nothing wrong with it."""


_SIGNER = PyJWS(algorithms=[])
_SIGNER.register_algorithm(_ALGORITHM, _AnyLength(HMACAlgorithm.SHA512))

# What may stand in a path as it is.
_PLAIN = "/:+=@,;~!$&'()*"


@dataclass(frozen=True)
class LogServers:
    """How to ask the log servers: with which key, for how long a request is good, how long to wait for an answer."""

    key: str | None = field(repr=False)
    grace: int
    timeout: float
    pool: urllib3.PoolManager = field(default_factory=urllib3.PoolManager, repr=False, compare=False)

    def ask(self, host: str, port: int, relative: str) -> Found:
        """Return what the server at that address has, or why there is nothing."""
        url = f"http://{host}:{port}/log/{quote(relative, safe=_PLAIN)}"
        if not host:
            return Found((f"Could not read served logs: Invalid URL '{url}': No host supplied",))
        if not self.key:
            return Found(
                ("Could not read served logs: the key of Airflow's that signs requests for them is not known.",)
            )
        try:
            answer = self.pool.request(
                "GET",
                url,
                headers={"Authorization": self._token(self.key, relative)},
                timeout=self.timeout,
                retries=urllib3.Retry(0, read=False),
                redirect=False,
                preload_content=False,
            )
            if answer.status != 200:
                answer.drain_conn()
                answer.release_conn()
                return Found((_refusal(host, answer.status),))
            text = _pieces(answer)
            first = next(text, b"")
        except HTTPError as error:
            return Found((f"Could not read served logs: {error}",), is_silent=True)
        if not first:
            return Found()
        return Found((f"Found logs served from host http://{host}:{port}/log/{relative}",), (_after(first, text),))

    def _token(self, key: str, relative: str) -> str:
        now = int(time.time())
        claims = {"filename": relative, "aud": _AUDIENCE, "iat": now, "nbf": now, "exp": now + self.grace}
        return _SIGNER.encode(orjson.dumps(claims), key, algorithm=_ALGORITHM)


def _pieces(answer: urllib3.BaseHTTPResponse) -> Iterator[bytes]:
    try:
        yield from answer.stream(PIECE, decode_content=True)
    finally:
        answer.release_conn()


def _after(first: bytes, text: Iterator[bytes]) -> Iterator[bytes]:
    """Give a text whose first piece was looked at; where the server falls silent, that is its last line."""
    yield first
    try:
        yield from text
    except HTTPError as error:
        yield f"\n*** The log server stopped: {error}\n".encode()


def _refusal(host: str, status: int) -> str:
    if status == 403:
        return (
            f"Could not read served logs: '{host}' refuses the signature. Its Airflow must have the same secret key, "
            "and its clock the same time."
        )
    if status == 404:
        return f"Log file not found on worker '{host}': this try may have run on another one."
    return f"Could not read served logs: '{host}' answers {status}."
