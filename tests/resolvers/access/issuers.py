"""A small issuer of tokens: its keys, where it publishes them, and the tokens that it signs."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

Key = RSAPrivateKey | Ed25519PrivateKey | EllipticCurvePrivateKey

AUDIENCE = "graph"


def rsa_key() -> RSAPrivateKey:
    return generate_rsa(65537, 2048)


def elliptic_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def public_jwk(key: Key, kid: str | None, **more: str) -> dict[str, Any]:
    """Return a key as an issuer publishes it."""
    match key:
        case RSAPrivateKey():
            told = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case Ed25519PrivateKey():
            told = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)
        case _:
            told = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {**told, **({"kid": kid} if kid else {}), **more}


def signed(key: Any, algorithm: str, claims: Mapping[str, Any], **header: Any) -> str:
    """Return a token of these claims, where they say so instead of the usual ones; None leaves one out."""
    now = int(time.time())
    told = {"aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 600, **claims}
    told = {name: value for name, value in told.items() if value is not None}
    return jwt.encode(told, key, algorithm=algorithm, headers=header)


@dataclass
class Issuer:
    """A server that publishes what `documents` say under their paths; `asked` are the paths asked for, in order."""

    address: str = ""
    documents: dict[str, Any] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def publish(self, *keys: dict[str, Any]) -> None:
        """Publish these keys, and where they are."""
        self.documents["/.well-known/openid-configuration"] = {
            "issuer": self.address,
            "jwks_uri": f"{self.address}/keys",
        }
        self.documents["/keys"] = {"keys": list(keys)}


@contextmanager
def issuing() -> Iterator[Issuer]:
    """Run an issuer on a free port of this machine until the end of the block."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            told = issuer.documents.get(self.path)
            content = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(404 if told is None else 200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of its base
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
