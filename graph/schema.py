"""The schema: the types put together."""

from functools import cache

import strawberry
from graphql import GraphQLSchema, print_schema

from graph.answering import SCALARS
from graph.mutation import Mutation
from graph.query import Query
from graph.types.scalars import CONFIG


def build_schema() -> GraphQLSchema:
    """Return the schema. What its fields are is found by plans, and only what it is itself by graphql-core."""
    made = strawberry.Schema(query=Query, mutation=Mutation, config=CONFIG)
    schema: GraphQLSchema = made._schema  # noqa: SLF001 - strawberry has no other way to reach it
    schema.extensions[SCALARS] = made.schema_converter.scalar_registry
    return schema


@cache
def the_schema() -> GraphQLSchema:
    """Return the schema that all applications of this process share: none of them changes it."""
    return build_schema()


def sdl(schema: GraphQLSchema) -> str:
    """Return the schema as text."""
    return print_schema(schema) + "\n"
