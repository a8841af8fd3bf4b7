"""Requests that nobody thought of, asked of a real Airflow and of ours beside it."""
