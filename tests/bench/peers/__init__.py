"""Other servers on the same tables: real Airflow and PostGraphile, where they can be had."""

from tests.bench.subject import Subject


def peers() -> list[Subject]:
    """Return those that there are; each says itself why it cannot be started here."""
    return []
