"""The same change by us and by real Airflow, on copies of the same database, compared row by row."""
