"""What Airflow stores, per generation, in one vocabulary."""
