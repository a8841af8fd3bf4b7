"""Which version of Airflow a dialect tells."""

from resolvers.service import Session


def airflow_version(session: Session) -> str:
    """Return the version that the settings tell, else what the database does, which knows no patch level."""
    return session.service.settings.airflow_version or session.generation.minor
