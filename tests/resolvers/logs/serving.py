"""A log server as Airflow's workers and triggerers run one: it serves whoever signs by Airflow's key."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

import jwt

KEY = "the-key-of-this-airflow" * 3


@dataclass
class LogServer:
    """What a server has, by the path below its `/log/`, and what it was asked for."""

    files: Mapping[str, str]
    port: int = 0
    asked: list[str] = field(default_factory=list)

    def status(self, path: str, token: str) -> int:
        """Return the status that a request gets: Airflow's rules."""
        try:
            claims = jwt.decode(
                token,
                KEY,
                algorithms=["HS512"],
                audience="task-instance-logs",
                options={"require": ["exp", "iat", "nbf"]},
            )
        except jwt.InvalidTokenError:
            return 403
        if claims.get("filename") != path or claims["exp"] - claims["iat"] > 60:
            return 403
        return 200 if path in self.files else 404


@contextmanager
def log_server(files: Mapping[str, str]) -> Iterator[LogServer]:
    """Serve these logs until the end of the block."""
    told = LogServer(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = unquote(self.path).removeprefix("/log/")
            told.asked.append(path)
            status = told.status(path, self.headers.get("Authorization", ""))
            content = told.files.get(path, "").encode() if status == 200 else b""
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
