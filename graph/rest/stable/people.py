"""What `/users`, `/roles` and `/permissions` have in common: an Airflow 3 may have none of them."""

from dataclasses import dataclass

from graph.rest.body import Body
from graph.rest.call import Call
from graph.rest.dialect import Answer, RefusedError
from graph.rest.params import Parameter
from graph.rest.rows import Row
from resolvers.access.permissions import Permission
from resolvers.operations.people import no_users


@dataclass(frozen=True)
class OfPeople:
    """A row about users or roles, refused where this Airflow keeps them elsewhere: with 400, as Airflow 2 does.

    Who lacks the permission that the row `needs` is refused by the row itself.
    """

    needs: Permission
    row: Row

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.row.method

    @property
    def path(self) -> str:
        """The path below the dialect's prefix, names in braces."""
        return self.row.path

    @property
    def query(self) -> tuple[Parameter, ...]:
        """The parameters that it takes."""
        return self.row.query

    @property
    def body(self) -> Body | None:
        """The body that it takes."""
        return self.row.body

    @property
    def open(self) -> bool:
        """Whether it asks nobody who they are."""
        return self.row.open

    def answer(self, call: Call) -> Answer:
        """Answer a call, or say where users live."""
        problem = no_users(call.session.generation)
        if problem is not None and call.session.actor.may(self.needs):
            raise RefusedError(400, problem.detail)
        return self.row.answer(call)
