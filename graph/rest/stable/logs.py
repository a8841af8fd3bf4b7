"""`/logs/{task_try_number}`: what a try of a task instance wrote."""

from collections.abc import Iterator

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from graph.rest.call import Call, Words
from graph.rest.dialect import JSON, Answer, RefusedError, Stream
from graph.rest.params import Kind, Parameter, held
from graph.rest.rows import Custom, Row
from graph.rest.stable.signing import UnsignedError, sign, signing_key, unsign
from graph.types.guards import TASK_LOGS
from resolvers.sources.logs.text import Text

_TEXT = "text/plain"
# How much is sent at once.
_PIECE = 1 << 18


def _log(call: Call) -> Answer:
    """Return a log: as text, whole; as JSON, from where the token says."""
    call.admit(TASK_LOGS)
    position = _position(call)
    key = {**call.columns(), "map_index": held(call.query.get("map_index")), "try_number": call.path["task_try_number"]}
    text = call.session.task_log(key)
    if text is None:
        raise Words("TaskInstance not found").refusal(404, "NotFound", call)
    accepted = parse_accept_header(call.accept or None, MIMEAccept)
    if accepted.best_match([_TEXT, JSON]) == _TEXT:
        return Answer(Stream(_streamed(text)), media_type=_TEXT)
    page = text.page(position or 0, call.session.service.settings.max_log_characters)
    content = page.content if position is not None else text.header + page.content
    told: dict[str, object] = {"end_of_log": page.is_whole}
    if not text.instead:
        told["log_pos"] = page.position
    token = sign(told, signing_key(call.session.service))
    # Airflow writes a list of pairs as Python prints it.
    return Answer({"content": str([(text.host, content)]), "continuation_token": token})


def _position(call: Call) -> int | None:
    """Return how many characters the token says were told before; none where it says nothing of that."""
    token = str(call.query.get("token") or "")
    if not token:
        return None
    refusal = RefusedError(400, None, title="Bad Signature. Please use only the tokens provided by the API.")
    try:
        told = unsign(token, signing_key(call.session.service))
    except UnsignedError as error:
        raise refusal from error
    position = told.get("log_pos", 0) if isinstance(told, dict) else -1
    if not isinstance(position, int) or position < 0:
        raise refusal
    return position if isinstance(told, dict) and "log_pos" in told else None


def _streamed(text: Text) -> Iterator[bytes]:
    """Give a log in pieces, the host that it is of on the first line."""
    gathered, size = [f"{text.host}\n{text.header}"], 0
    for piece in text.characters():
        gathered.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield "".join(gathered).encode(errors="replace")
            gathered, size = [], 0
    yield ("".join(gathered) + "\n").encode(errors="replace")


ROWS: tuple[Row, ...] = (
    Custom(
        "GET",
        "/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/logs/{task_try_number:int}",
        _log,
        query=(
            Parameter("full_content", Kind.BOOLEAN),
            Parameter("map_index", Kind.INTEGER),
            Parameter("token"),
        ),
    ),
)
