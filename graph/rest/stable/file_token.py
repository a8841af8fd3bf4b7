"""`file_token`: a DAG's file under a signature, as Airflow signs it, so that nobody can ask for another file."""

from graph.rest.call import Call
from graph.rest.codec import Json
from graph.rest.stable.signing import UnsignedError, sign, signing_key, unsign
from resolvers.service import Service


def with_file_token(call: Call, dag: Json) -> None:
    """Sign the file of a DAG, which its codec left in `file_token`."""
    if "file_token" in dag:
        dag["file_token"] = sign(dag["file_token"], signing_key(call.session.service))


def place_of_file(bundle: str | None, relative: str | None, fileloc: str | None) -> object:
    """Return what is signed: since Airflow 3 the bundle and the path in it, before that the path alone."""
    return {"bundle_name": bundle, "relative_fileloc": relative} if bundle else fileloc


def read_file_token(service: Service, token: str) -> str | tuple[str, str] | None:
    """Return the place that a token names: a path, or a bundle and the path in it; none where nobody signed that."""
    try:
        told = unsign(token, signing_key(service))
    except UnsignedError:
        return None
    match told:
        case str(path):
            return path
        case {"bundle_name": str(bundle), "relative_fileloc": str(path)} if service.generation.number > 2:
            return bundle, path
        case _:
            return None
