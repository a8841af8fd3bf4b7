"""Values under a signature, as Airflow's web server signs them, so that nobody can make up another."""

import hmac
import json
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha1

from resolvers.service import Service

# What the signing library that Airflow uses adds to a key unless told otherwise.
_SALT = b"itsdangerous" + b"signer"

# Where Airflow's key is not known here: strict clients want a token, and this process knows its own again.
_OWN_KEY = secrets.token_hex(32)

# No value that is signed here comes near to this length; what is packed tells its own only when it is unpacked.
_LONGEST = 100_000


class UnsignedError(ValueError):
    """A text that is not signed by this key, or holds no value."""


def signing_key(service: Service) -> str:
    """Return the key by which Airflow's web server signs, so that its tokens and ours are the same."""
    section = "webserver" if service.generation.number == 2 else "api"
    return service.config.value(section, "secret_key") or _OWN_KEY


def sign(value: object, key: str) -> str:
    """Return a JSON value as text with its signature, packed where that is shorter."""
    plain = json.dumps(value, separators=(",", ":")).encode()
    packed = zlib.compress(plain)
    payload = b"." + _encoded(packed) if len(packed) < len(plain) - 1 else _encoded(plain)
    return (payload + b"." + _signature(payload, key)).decode()


def unsign(text: str, key: str) -> object:
    """Return the JSON value in a signed text; raises `UnsignedError` where it is not signed by this key."""
    try:
        payload, _, signature = text.encode("ascii").rpartition(b".")
        if not payload or not hmac.compare_digest(signature, _signature(payload, key)):
            raise UnsignedError("the signature does not match")
        plain = _decoded(payload.removeprefix(b"."))
        if payload.startswith(b"."):
            plain = zlib.decompressobj().decompress(plain, _LONGEST)
        return json.loads(plain)
    except (ValueError, zlib.error, RecursionError) as error:
        raise UnsignedError("this is no signed value") from error


def _signature(payload: bytes, key: str) -> bytes:
    derived = sha1(_SALT + key.encode(), usedforsecurity=False).digest()
    return _encoded(hmac.new(derived, payload, "sha1").digest())


def _encoded(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")


def _decoded(value: bytes) -> bytes:
    return urlsafe_b64decode(value + b"=" * (-len(value) % 4))
