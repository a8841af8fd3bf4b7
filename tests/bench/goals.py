"""What is aimed at, in ratios that one run gives."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """Ours, in one workload, at most so many times the limit; or so many times cheaper than somebody."""

    workload: str
    than: str
    """The name of a subject; `limit` is the cheapest hand-written form."""
    factor: float
    title: str = "the hand-written limit"
    """What that subject is called."""

    @property
    def is_limit(self) -> bool:
        """Whether it is the limit that ours must come near to."""
        return self.than == "limit"


GOALS = (
    Goal("W1", "limit", 1.2),
    Goal("W2", "limit", 1.2),
    Goal("W3", "limit", 1.5),
    Goal("W4", "airflow_2_11", 40, "Airflow 2.11"),
    Goal("W4", "airflow_3_3", 20, "Airflow 3.3"),
    Goal("W1", "postgraphile", 3, "PostGraphile"),
    Goal("W2", "postgraphile", 3, "PostGraphile"),
    Goal("W3", "postgraphile", 3, "PostGraphile"),
    Goal("W1", "airflow_3_3", 130, "Airflow 3.3 by its batch endpoint"),
)


@dataclass(frozen=True)
class Judged:
    """A goal and what came of it; None where one of the two was not measured."""

    goal: Goal
    reached: float | None

    @property
    def met(self) -> bool | None:
        """Whether the goal was met."""
        if self.reached is None:
            return None
        return self.reached <= self.goal.factor if self.goal.is_limit else self.reached >= self.goal.factor

    @property
    def sentence(self) -> str:
        """Say it."""
        goal = self.goal
        if goal.is_limit:
            wanted = f"{goal.workload} at most {goal.factor:g} x {goal.title}"
            got = "" if self.reached is None else f": {self.reached:.2f} x"
        else:
            wanted = f"{goal.workload} at least {goal.factor:g} x cheaper than {goal.title}"
            got = "" if self.reached is None else f": {self.reached:.1f} x"
        return wanted + (got or ": not measured")
