"""The tables as ORM classes."""

import os
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, synonym

_THREE = os.environ.get("BENCH_AIRFLOW", "3.3").startswith("3.")


class _OfUTC(TypeDecorator[datetime]):
    """SQLite keeps no zone: what is stored there is of UTC."""

    impl = DateTime
    cache_ok = True

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        return value.replace(tzinfo=UTC) if value else None


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True).with_variant(_OfUTC(), "sqlite"), str: String}  # noqa: RUF012


class Dag(Base):
    __tablename__ = "dag"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    dag_display_name: Mapped[str | None]
    description: Mapped[str | None]
    is_paused: Mapped[bool]
    max_active_tasks: Mapped[int]
    max_active_runs: Mapped[int | None]
    fileloc: Mapped[str | None]
    owners: Mapped[str | None]
    last_parsed_time: Mapped[datetime | None]


class DagRun(Base):
    __tablename__ = "dag_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    dag_id: Mapped[str]
    run_id: Mapped[str]
    state: Mapped[str]
    run_type: Mapped[str]
    logical_date: Mapped[datetime | None] = mapped_column("logical_date" if _THREE else "execution_date")
    start_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    if _THREE:
        run_after: Mapped[datetime]
    else:
        run_after = synonym("logical_date")


class TaskInstance(Base):
    __tablename__ = "task_instance"

    dag_id: Mapped[str] = mapped_column(primary_key=True)
    run_id: Mapped[str] = mapped_column(primary_key=True)
    task_id: Mapped[str] = mapped_column(primary_key=True)
    map_index: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str | None]
    try_number: Mapped[int]
    start_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    duration: Mapped[float | None]
    operator: Mapped[str | None]
    hostname: Mapped[str | None]
    pool: Mapped[str]
