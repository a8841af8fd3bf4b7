"""The schema is its own documentation, and the file beside the code is that schema."""

from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    build_schema,
    is_introspection_type,
    is_specified_scalar_type,
    print_schema,
    specified_directives,
)

from graph.schema import sdl
from tests.world import SCHEMA


def undescribed(schema: GraphQLSchema) -> list[str]:
    """Return what has no description."""
    found = []
    for name, type_ in schema.type_map.items():
        if is_introspection_type(type_) or is_specified_scalar_type(type_):
            continue
        told = {name: type_.description}
        match type_:
            case GraphQLObjectType() | GraphQLInterfaceType():
                for field_name, field in type_.fields.items():
                    told[f"{name}.{field_name}"] = field.description
                    told |= {f"{name}.{field_name}({at}:)": one.description for at, one in field.args.items()}
            case GraphQLInputObjectType():
                told |= {f"{name}.{at}": one.description for at, one in type_.fields.items()}
            case GraphQLEnumType():
                told |= {f"{name}.{at}": one.description for at, one in type_.values.items()}
        found += [place for place, text in told.items() if not (text or "").strip()]
    for directive in schema.directives:
        if directive not in specified_directives and not directive.description:
            found.append(f"@{directive.name}")
    return found


def test_everything_in_the_schema_says_what_it_means() -> None:
    assert undescribed(SCHEMA) == []


def test_what_has_no_description_would_be_found() -> None:
    bare = build_schema('"what" type Query { "why" a(b: E, "c" c: I): Int d: Int } "e" enum E { F } input I { g: Int }')

    assert undescribed(bare) == ["Query.a(b:)", "Query.d", "E.F", "I", "I.g"]


def test_descriptions_are_sentences() -> None:
    text = print_schema(SCHEMA)

    assert "TODO" not in text
    for type_ in SCHEMA.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not is_introspection_type(type_):
            for name, field in type_.fields.items():
                assert (field.description or "").rstrip().endswith((".", "`")), f"{type_.name}.{name}"


def test_the_schema_beside_the_code_is_the_schema() -> None:
    written = (Path(__file__).parents[2] / "schema.graphql").read_text()

    assert written == sdl(SCHEMA), "schema.graphql is not the schema: write it anew with 'airflow-graph schema'"
    assert build_schema(written).type_map.keys() >= {"DAG", "DagRun", "TaskInstance", "Task", "Pool", "Variable"}
