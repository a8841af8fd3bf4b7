"""What one document may ask for: however it is written, preparing it takes no longer than a moment."""

import time

import pytest
from graphql import get_introspection_query

from graph.documents import Documents, Prepared
from graph.problems import formatted
from resolvers.errors import TooExpensive
from resolvers.settings import load_settings
from tests.world import SCHEMA, World

DOCUMENTS = Documents(SCHEMA, load_settings())


def refusals(prepared: Prepared) -> list[object]:
    """Return the codes of what is wrong with a document."""
    return [formatted(error)["extensions"]["code"] for error in prepared.errors]  # type: ignore[index]


def nested(levels: int) -> str:
    """Return a query, so many levels deep."""
    return '{ dag(dagId: "x") ' + "{ latestRun { dag " * levels + "{ dagId }" + " } }" * levels + " }"


def multiplied(fragments: int, times: int, *, through: str = "latestRun { dag { %s } }") -> str:
    """Return a query whose fragments spread each other, so many times each."""
    spreads = [
        " ".join(f"a{at}: " * ("{" in through) + through % f"...f{number + 1}" for at in range(times))
        for number in range(fragments)
    ]
    return (
        '{ dag(dagId: "x") { ...f0 } }'
        + "".join(f" fragment f{number} on DAG {{ {spread} }}" for number, spread in enumerate(spreads))
        + f" fragment f{fragments} on DAG {{ dagId }}"
    )


def merged(levels: int) -> str:
    """Return a query that names the same fields three times on each level, through fragments."""
    return (
        '{ dag(dagId: "etl") { ...f0 } }'
        + "".join(
            f" fragment f{number} on DAG {{ " + f"latestRun {{ dag {{ ...f{number + 1} }} }} " * 3 + "}"
            for number in range(levels)
        )
        + f" fragment f{levels} on DAG {{ dagId }}"
    )


def test_a_document_within_the_limits_is_prepared_once() -> None:
    assert DOCUMENTS.prepare(nested(6)).errors == ()
    assert DOCUMENTS.prepare(nested(6)) is DOCUMENTS.prepare(nested(6))


def test_the_schema_can_be_asked_for_whole() -> None:
    query = get_introspection_query(descriptions=True, input_value_deprecation=True, specified_by_url=True)

    assert DOCUMENTS.prepare(query).errors == ()


@pytest.mark.parametrize(
    "document",
    [
        nested(8),
        nested(50),
        "{" + " ".join(f"a{at}: viewer {{ name }}" for at in range(51)) + "}",
        "{" + " ".join(f"a{at}: __schema {{ queryType {{ name }} }}" for at in range(51)) + "}",
        '{ dag(dagId: "x") { ' + "...f " * 51 + "} } fragment f on DAG { " + "dagId " * 100 + "}",
        multiplied(6, 20),
        multiplied(200, 20, through="%s"),
        "{ dags { nodes { dagId } } " + "#" * 100_000 + "}",
        "{" + " ".join(f"a{at}:viewer{{name}}" for at in range(4_000)) + "}",
        "{ viewer {" + " ".join(f"a{at}: name" for at in range(501)) + "} }",
        "{ viewer { name " + "@include(if: true) " * 201 + "} }",
        "query " + "@skip(if: true) " * 201 + " { viewer { name } }",
        "{ viewer { " + "name " * 350 + "} }",
        "{ viewer { " + "...f " * 250 + "} } fragment f on Viewer { name }",
        merged(5),
        " ".join(f"query q{at} {{ viewer {{ ...f }} }}" for at in range(100))
        + " fragment f on Viewer {"
        + "name " * 51
        + "}",
    ],
    ids=range(16),
)
def test_what_asks_for_too_much_is_refused_in_a_moment(document: str) -> None:
    started = time.perf_counter()
    try:
        codes = refusals(DOCUMENTS.prepare(document))
    except TooExpensive as problem:
        codes = [problem.code]

    assert codes
    assert set(codes) == {"TOO_EXPENSIVE"}
    assert time.perf_counter() - started < 30


@pytest.mark.parametrize(
    "document",
    [
        nested(1_000),
        "{ dags(filter: {dagId: " + "[" * 5_000 + "]" * 5_000 + "}) { nodes { dagId } } }",
        "{ dags { nodes { " + "dagId " * 4_000 + "} } ",
        "{ viewer { name } } fragment f on Viewer { " + "name " * 4_000 + "}",
        "{ ...f } fragment f on Query { ...g } fragment g on Query { ...f }",
        "{ dags { nodes { ...f } } } fragment f on DAG { latestRun { dag { ...f } } }",
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "query (" + " ".join(f"$v{at}: Int" for at in range(3_000)) + ") { viewer { name } }",
    ],
    ids=range(8),
)
def test_what_graphql_itself_forbids_is_refused_in_a_moment(document: str) -> None:
    started = time.perf_counter()
    codes = refusals(DOCUMENTS.prepare(document))

    assert codes
    assert set(codes) == {"BAD_REQUEST"}
    assert time.perf_counter() - started < 30


def test_fields_that_are_merged_do_not_multiply_their_fragments(furnished: World) -> None:
    told = furnished.graph(merged(3))

    assert told["errors"] == []
    # Each level is read once, however often it is named; the first along with the DAG, where the database can.
    assert len(told["statements"]) == (3 if furnished.reads_along else 1 + 3)
    found = told["data"]
    for _ in range(3):
        found = {"dag": found["dag"]["latestRun"]["dag"]}
    assert found == {"dag": {"dagId": "etl"}}


@pytest.mark.parametrize(("name", "found"), [(None, None), ("A", "A"), ("B", "B"), ("C", None), ("", None)])
def test_a_name_decides_between_operations(name: str | None, found: str | None) -> None:
    prepared = DOCUMENTS.prepare("query A { viewer { name } } query B { deployment { database } }")

    if found is None:
        with pytest.raises(Exception, match="operation") as caught:
            prepared.operation(name)
        assert getattr(caught.value, "field", None) == "operationName"
    else:
        operation = prepared.operation(name)
        assert operation.name is not None
        assert operation.name.value == found


def test_what_stands_in_an_answer_many_times_counts_many_times(world: World) -> None:
    with world.together():
        world.dag("etl")
        for day in range(30):
            world.run("etl", f"run{day}", day)

    def there_and_back(times: int) -> str:
        return (
            '{ dag(dagId: "etl") { ' + "runs(first: 30) { nodes { dag { " * times + "dagId" + " } } }" * times + " } }"
        )

    few = world.graph(there_and_back(2))
    started = time.perf_counter()
    many = world.graph(there_and_back(6))

    # 900 objects, read as 30 and 30.
    assert few["errors"] == []
    assert len(few["statements"]) == (2 if world.reads_along else 3)
    # 729 million objects, read as 180.
    assert [error["extensions"]["code"] for error in many["errors"]] == ["TOO_EXPENSIVE"]
    assert time.perf_counter() - started < 30


def test_many_fields_of_many_rows_are_too_many_values(world: World) -> None:
    with world.together():
        world.dag("etl")
        for day in range(300):
            world.run("etl", f"run{day}", day)
    fields = " ".join(f"a{at}: runId" for at in range(3_500))

    told = world.graph(f"{{ dagRuns(first: 300) {{ nodes {{ {fields} }} }} }}")

    assert [error["extensions"]["code"] for error in told["errors"]] == ["TOO_EXPENSIVE"]
