"""Real Airflow as the judge of what we read and write."""
