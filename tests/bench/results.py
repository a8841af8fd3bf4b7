"""What a run found: as data, which table and picture are made of."""

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from tests.bench.goals import GOALS, Goal, Judged
from tests.bench.measuring import Measured
from tests.bench.seed import Size
from tests.bench.workloads import WORKLOADS, Workload

_PACKAGES = ("strawberry-graphql", "graphql-core", "sqlalchemy", "psycopg", "asyncpg", "orjson", "uvicorn", "uvloop")


@dataclass(frozen=True)
class Results:
    """The measurements of one run."""

    airflow: str
    database: str
    size: Size
    measured: Sequence[Measured]
    rounds: int

    @property
    def workloads(self) -> list[Workload]:
        """The workloads that were measured."""
        names = {each.workload for each in self.measured}
        return [workload for workload in WORKLOADS if workload.name in names]

    def of(self, workload: str) -> list[Measured]:
        """Return what a workload cost everybody, the cheapest first."""
        return sorted((each for each in self.measured if each.workload == workload), key=lambda each: each.total)

    def limit(self, workload: str) -> Measured | None:
        """Return the cheapest of the hand-written forms."""
        return next((each for each in self.of(workload) if each.subject.limit), None)

    def goals(self) -> list[Judged]:
        """Return what became of the goals."""
        return [Judged(goal, self._reached(goal)) for goal in GOALS]

    def _reached(self, goal: Goal) -> float | None:
        ours = self._named(goal.workload, "ours")
        other = self.limit(goal.workload) if goal.is_limit else self._named(goal.workload, goal.than)
        if ours is None or other is None:
            return None
        return ours.ratio(other) if goal.is_limit else other.ratio(ours)

    def _named(self, workload: str, name: str) -> Measured | None:
        return next((each for each in self.of(workload) if each.subject.name == name), None)

    def document(self) -> dict[str, Any]:
        """Return all of it as JSON."""
        return {
            "airflow": self.airflow,
            "database": self.database,
            "dags": self.size.dags,
            "runs": self.size.dags * self.size.runs,
            "task_instances": self.size.task_instances,
            "python": platform.python_version(),
            "packages": {name: version(name) for name in _PACKAGES},
            "rounds": self.rounds,
            "unit": "CPU milliseconds per request",
            "workloads": {workload.name: self._workload(workload) for workload in self.workloads},
            "goals": [{"goal": each.sentence, "met": each.met} for each in self.goals()],
        }

    def _workload(self, workload: Workload) -> dict[str, Any]:
        limit = self.limit(workload.name)
        return {
            "asked": workload.asked,
            "limit": limit.subject.name if limit else None,
            "subjects": {
                each.subject.name: {
                    "title": each.subject.title,
                    "server": round(each.cost.server, 4),
                    "database": round(each.cost.database, 4),
                    "total": round(each.total, 4),
                    "ratio": round(each.ratio(limit), 3) if limit else None,
                    "doubt": round(each.doubt(limit), 3) if limit else None,
                    "spread": round(each.spread, 4),
                    "requests": each.requests,
                    "rounds": [round(cost.total, 4) for cost in each.rounds],
                }
                for each in self.of(workload.name)
            },
        }
