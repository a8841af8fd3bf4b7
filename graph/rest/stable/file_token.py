"""`file_token`: a DAG's file under a signature, as Airflow signs it, so that nobody can ask for another file."""

import hmac
import json
import secrets
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha1

from graph.rest.call import Call
from graph.rest.codec import Json
from resolvers.service import Service

# What the signing library that Airflow uses adds to a key unless told otherwise.
_SALT = b"itsdangerous" + b"signer"

# Longer than any path.
_LONGEST = 65_536

# Where Airflow's key is not known here: strict clients want a token, and this process knows its own again.
_OWN_KEY = secrets.token_hex(32)


def sign(value: object, key: str) -> str:
    """Return a JSON value as text with its signature, packed where that is shorter."""
    plain = json.dumps(value, separators=(",", ":")).encode()
    packed = zlib.compress(plain)
    payload = b"." + _encoded(packed) if len(packed) < len(plain) - 1 else _encoded(plain)
    return (payload + b"." + _signature(payload, key)).decode()


def unsign(token: str, key: str) -> object:
    """Return the JSON value that a token holds; none where the signature is not of this key."""
    payload, _, signature = token.encode(errors="replace").rpartition(b".")
    if not payload or not hmac.compare_digest(signature, _signature(payload, key)):
        return None
    packed = payload.startswith(b".")
    try:
        content = _decoded(payload.removeprefix(b"."))
        return json.loads(_unpacked(content) if packed else content)
    except (ValueError, zlib.error):
        return None


def _signature(payload: bytes, key: str) -> bytes:
    derived = sha1(_SALT + key.encode(), usedforsecurity=False).digest()
    return _encoded(hmac.new(derived, payload, "sha1").digest())


def _unpacked(content: bytes) -> bytes:
    # Whoever has the key may still pack a bomb.
    return zlib.decompressobj().decompress(content, _LONGEST)


def _decoded(value: bytes) -> bytes:
    return urlsafe_b64decode(value + b"=" * (-len(value) % 4))


def _encoded(value: bytes) -> bytes:
    return urlsafe_b64encode(value).rstrip(b"=")


def _signing_key(service: Service) -> str:
    """Return the key by which Airflow's web server signs, so that its tokens and ours are the same."""
    section = "webserver" if service.generation.number == 2 else "api"
    return service.config.value(section, "secret_key") or _OWN_KEY


def with_file_token(call: Call, dag: Json) -> None:
    """Sign the file of a DAG, which its codec left in `file_token`."""
    if "file_token" in dag:
        dag["file_token"] = sign(dag["file_token"], _signing_key(call.session.service))


def place_of_file(bundle: str | None, relative: str | None, fileloc: str | None) -> object:
    """Return what is signed: since Airflow 3 the bundle and the path in it, before that the path alone."""
    return {"bundle_name": bundle, "relative_fileloc": relative} if bundle else fileloc


def read_file_token(service: Service, token: str) -> str | tuple[str, str] | None:
    """Return the place that a token names: a path, or a bundle and the path in it; none where nobody signed that."""
    match unsign(token, _signing_key(service)):
        case str(path):
            return path
        case {"bundle_name": str(bundle), "relative_fileloc": str(path)} if service.generation.number > 2:
            return bundle, path
        case _:
            return None
