"""The demo: an embedded world, its clock, and a server on this machine alone."""


def serve_demo(*, airflow: int, port: int | None) -> None:
    """Make the world, start its clock, and serve it until stopped."""
    raise SystemExit(f"{airflow} {port}")
