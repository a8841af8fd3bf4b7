"""Serialized DAGs: decoded by us, judged by what real Airflow made of the same."""
