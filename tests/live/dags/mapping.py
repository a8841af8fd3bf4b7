"""A DAG that maps a task over a literal, and one over what an earlier task returned."""

import datetime

from either import DAG, task

BIRTH = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)


@task
def numbers() -> list[int]:
    return [1, 2, 3]


@task
def square(x: int) -> int:
    return x * x


@task
def total(xs: list[int]) -> int:
    return sum(xs)


with DAG("maps_literal", schedule=None, start_date=BIRTH, tags=["live", "maps"]):
    square.expand(x=[1, 2])

with DAG("maps_xcom", schedule=None, start_date=BIRTH, tags=["live", "maps"]):
    total(square.expand(x=numbers()))
