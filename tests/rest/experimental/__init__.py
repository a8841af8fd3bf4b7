"""Airflow's experimental API, as its clients meet it."""
