"""Which of several forms of an answer a client takes, as Airflow's own web framework chooses."""

from collections.abc import Sequence

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header


def chosen(accept: str, offered: Sequence[str]) -> str | None:
    """Return the media type that a client prefers, the first of those it likes alike; none where it takes none.

    Who says nothing takes nothing: Airflow, too, wants to be told.
    """
    return parse_accept_header(accept, MIMEAccept).best_match(offered)
