"""An airflow dag file that cannot be imported."""

from either import no_such_name  # noqa: F401
