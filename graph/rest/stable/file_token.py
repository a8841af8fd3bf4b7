"""`file_token`: a DAG's file under a signature, as Airflow signs it, so that nobody can ask for another file."""

import hmac
import json
import secrets
import zlib
from base64 import urlsafe_b64encode
from hashlib import sha1

from graph.rest.call import Call
from graph.rest.codec import Json
from resolvers.service import Service

# What the signing library that Airflow uses adds to a key unless told otherwise.
_SALT = b"itsdangerous" + b"signer"

# Where Airflow's key is not known here: strict clients want a token, and this process knows its own again.
_OWN_KEY = secrets.token_hex(32)


def sign(value: object, key: str) -> str:
    """Return a JSON value as text with its signature, packed where that is shorter."""
    plain = json.dumps(value, separators=(",", ":")).encode()
    packed = zlib.compress(plain)
    payload = b"." + _encoded(packed) if len(packed) < len(plain) - 1 else _encoded(plain)
    derived = sha1(_SALT + key.encode(), usedforsecurity=False).digest()
    signature = hmac.new(derived, payload, "sha1").digest()
    return (payload + b"." + _encoded(signature)).decode()


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
