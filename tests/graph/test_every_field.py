"""Every field of every type is answered, on every Airflow."""

from collections.abc import Iterator

import pytest
from graphql import FieldNode, GraphQLObjectType, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from graph.selection import is_entity
from tests.graph.furnishing import furnish
from tests.graph.walking import lists
from tests.stores import MINORS, SQLiteStore
from tests.world import SCHEMA, World

pytestmark = pytest.mark.mysql


@pytest.fixture(params=MINORS)
def any_airflow(request: pytest.FixtureRequest, sqlite_store: SQLiteStore) -> Iterator[World]:
    """Return a world with something of everything, on each minor release."""
    made = World.open(sqlite_store.database(request.param), request.param)
    try:
        yield furnish(made)
    finally:
        made.close()


def test_every_field_of_every_airflow_is_answered(any_airflow: World) -> None:
    for name, document in lists(SCHEMA, depth=2):
        told = any_airflow.graph(document)

        codes = [error["extensions"]["code"] for error in told["errors"]]
        # The one variable that was not encrypted by our key is told as such.
        assert codes == (["UNAVAILABLE"] if name == "variables" else []), (name, told["errors"])
        assert told["data"][name]


def test_every_field_of_every_database_is_answered_three_levels_deep(furnished: World) -> None:
    for name, document in lists(SCHEMA, depth=3):
        told = furnished.graph(document)

        assert {error["path"][-1] for error in told["errors"]} <= {"value"}, name
        assert told["data"][name]


class Fields(Visitor):
    """Collects the fields that a document selects, as `Type.field`."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info = info
        self.found: set[str] = set()

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self.info.get_parent_type()
        if parent is not None:
            self.found.add(f"{parent.name}.{node.name.value}")


def test_the_walk_leaves_no_field_of_an_entity_out() -> None:
    info = TypeInfo(SCHEMA)
    fields = Fields(info)
    for _, document in lists(SCHEMA, depth=3):
        visit(parse(document), TypeInfoVisitor(info, fields))

    entities = [
        type_ for type_ in SCHEMA.type_map.values() if isinstance(type_, GraphQLObjectType) and is_entity(type_)
    ]
    assert len(entities) >= 9
    assert {f"{type_.name}.{name}" for type_ in entities for name in type_.fields} <= fields.found
