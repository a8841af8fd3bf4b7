"""What answering a query took, told to those who may know: `extensions.explain` of a request and of its answer."""

from resolvers.access.permissions import Permission
from resolvers.service import Session

NAME = "explain"


def explanation(session: Session, *, preparing: float, answering: float) -> dict[str, object]:
    """Return what a GraphQL answer took, in seconds: to prepare the document, and to answer it.

    Tells the text of statements, never a value. Who may not know that gets the same answer, and is told why there is
    no more of it: what is only looked at must not change what is done.
    """
    actor = session.actor
    if actor.may(Permission.PLAN_READ):
        return _explanation(session, preparing, answering)
    return {"refused": f"This takes the permission {Permission.PLAN_READ}, which {actor.name} does not have."}


def _explanation(session: Session, preparing: float, answering: float) -> dict[str, object]:
    database = sum(one.seconds for one in session.ran)
    return {
        "rows": sum(one.rows for one in session.ran),
        "milliseconds": {
            "preparing": _milliseconds(preparing),
            "database": _milliseconds(database),
            "writing": _milliseconds(answering - database),
            "total": _milliseconds(preparing + answering),
        },
        "statements": [
            {"sql": one.statement, "rows": one.rows, "milliseconds": _milliseconds(one.seconds)} for one in session.ran
        ],
    }


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
