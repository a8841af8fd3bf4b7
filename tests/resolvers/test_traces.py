"""A trace says where an error came from and of what kind it was, and never what was sent to the database."""

import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from resolvers.metadata.engine import read_snapshot, write_transaction
from resolvers.traces import fit_for_log
from tests.world import World

pytestmark = pytest.mark.mysql

SECRET = "hunter2"


def trace_of(error: BaseException) -> str:
    return "".join(traceback.format_exception(fit_for_log(error)))


@pytest.mark.parametrize("value", [SECRET, None], ids=["checked", "null"])
def test_a_row_that_breaks_a_constraint_is_not_told(world: World, value: str | None) -> None:
    """PostgreSQL tells the whole row, whatever SQLAlchemy hides."""
    columns = "id integer PRIMARY KEY, told varchar(20), val varchar(20) NOT NULL CHECK (length(val) < 3)"

    def insert() -> None:
        with write_transaction(world.service.engine) as connection:
            connection.execute(text(f"CREATE TABLE kept ({columns})"))
            connection.execute(text("INSERT INTO kept VALUES (1, :told, :val)"), {"told": SECRET, "val": value})

    with pytest.raises(DBAPIError) as raised:
        insert()

    told = trace_of(raised.value)
    assert (SECRET in str(raised.value)) == (world.service.engine.dialect.name == "postgresql")
    assert SECRET not in told
    assert "INSERT INTO kept VALUES" in told
    assert "test_traces.py" in told
    # Error 3819 of MySQL: a constraint that it checks by itself.
    assert any(kind in told for kind in ("Violation 23", "IntegrityError", "OperationalError 3819"))


def test_what_came_of_it_and_what_it_came_of_are_told(world: World) -> None:
    def fail() -> None:
        try:
            with read_snapshot(world.service.engine) as connection:
                connection.execute(text("SELECT nothing FROM nowhere WHERE a = :a"), {"a": SECRET})
        except DBAPIError as error:
            raise RuntimeError("it was to be read") from error

    with pytest.raises(RuntimeError) as raised:
        fail()

    told = trace_of(raised.value)
    assert "it was to be read" in told
    assert "nowhere" in told
    assert "direct cause" in told
    assert SECRET not in told


def test_a_circle_of_causes_comes_to_an_end() -> None:
    first, second = ValueError("first"), ValueError("second")
    first.__context__, second.__context__ = second, first

    assert "first" in trace_of(first)
