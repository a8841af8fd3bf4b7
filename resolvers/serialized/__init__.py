"""The DAG as Airflow serializes it, decoded from the format of every version."""
