"""Shorthand to declare Airflow's tables: many columns of one type in a line."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, MetaData, String, Table, Uuid
from sqlalchemy.types import TypeEngine

from resolvers.metadata.stored import JsonValue, UtcDateTime

Columns = list[Column[Any]]


def columns(type_: TypeEngine[Any], names: str) -> Columns:
    """Return a column of this type for each of the names, which blanks separate."""
    return [Column(name, type_) for name in names.split()]


def texts(names: str) -> Columns:
    """Return text columns."""
    return columns(String(), names)


def integers(names: str) -> Columns:
    """Return integer columns."""
    return columns(Integer(), names)


def floats(names: str) -> Columns:
    """Return floating point columns."""
    return columns(Float(), names)


def booleans(names: str) -> Columns:
    """Return boolean columns."""
    return columns(Boolean(), names)


def dates(names: str) -> Columns:
    """Return columns of instants, which are UTC on every backend."""
    return columns(UtcDateTime(), names)


def uuids(names: str) -> Columns:
    """Return UUID columns."""
    return columns(Uuid(), names)


def documents(names: str) -> Columns:
    """Return JSON columns."""
    return columns(JsonValue(), names)


def table(metadata: MetaData, name: str, *groups: Iterable[Column[Any]]) -> Table:
    """Declare a table from groups of columns."""
    return Table(name, metadata, *(column for group in groups for column in group))


def same(names: str) -> dict[str, str]:
    """Map logical columns to the physical columns of the same name."""
    return {name: name for name in names.split()}
