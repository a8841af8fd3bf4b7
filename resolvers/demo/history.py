"""Which runs the demo's DAGs have had: by schedule, by assets, by people, and those that the story needs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from resolvers.demo.assets import AssetQueue
from resolvers.demo.blueprint import DagPlan, Scene, TaskPlan
from resolvers.demo.dags import CATALOG
from resolvers.demo.fate import Incident, chance
from resolvers.demo.outcome import Outcome, RunPlan
from resolvers.demo.run_names import run_id_of
from resolvers.demo.serialize import serialize
from resolvers.demo.simulate import play
from resolvers.serialized.dag import SerializedDag
from resolvers.serialized.timetable import DataInterval, Timetable

PEOPLE = ("ada", "grace", "otto", "uma")
_LONGEST_INTERVAL = timedelta(days=32)


@dataclass(frozen=True)
class Past:
    """All that has happened up to `now`, in an Airflow of that generation."""

    airflow: int
    now: datetime
    seed: int
    serialized: Mapping[str, dict[str, object]]
    outcomes: tuple[Outcome, ...]


def past(airflow: int, now: datetime, seed: int) -> Past:
    """Let weeks happen."""
    return _Chronicle(airflow, now, seed).past()


class _Chronicle:
    def __init__(self, airflow: int, now: datetime, seed: int) -> None:
        self.airflow, self.now, self.seed = airflow, now, seed
        self.serialized = {
            plan.dag_id: serialize(plan, airflow, _midnight(now - plan.history - timedelta(days=130)))
            for plan in CATALOG.values()
        }
        night = _midnight(now - timedelta(days=4))
        self.incident = Incident(
            "warehouse",
            night + timedelta(hours=1, minutes=50),
            night + timedelta(hours=4, minutes=10),
            "The warehouse was down, see INC-482.",
        )

    def past(self) -> Past:
        """Play all runs, those by assets when the runs that write them are known."""
        planned = [run for plan in CATALOG.values() for run in self._runs(plan)]
        outcomes = [self._played(run) for run in planned]
        outcomes += [self._played(run) for run in self._by_assets(outcomes)]
        outcomes.sort(key=lambda outcome: outcome.run.queued_at)
        return Past(self.airflow, self.now, self.seed, self.serialized, tuple(outcomes))

    def _played(self, run: RunPlan) -> Outcome:
        outcome = play(run, self.now, self._incident_at)
        struck = outcome.state == "failed" and any(
            instance.latest.state == "failed"
            and self._incident_at(instance.task, instance.latest.start or run.queued_at)
            for instance in outcome.instances
        )
        return replace(outcome, run=replace(run, note=self.incident.note)) if struck and not run.note else outcome

    def _incident_at(self, task: TaskPlan, at: datetime) -> Incident | None:
        return self.incident if self.incident.reaches(task, at) else None

    def _runs(self, plan: DagPlan) -> Iterator[RunPlan]:
        timetable = SerializedDag.decode(self.serialized[plan.dag_id]).timetable
        for due in timetable.intervals(self.now - plan.history, self.now) if plan.history else ():
            if due.end <= self.now:
                yield self._run(plan, "scheduled", due.end, due)
        for number in range(plan.asked):
            yield self._asked(plan, timetable, number)
        for scene in plan.scenes:
            if scene.since <= self.airflow <= scene.until:
                yield self._staged(plan, timetable, scene)

    def _run(self, plan: DagPlan, run_type: str, at: datetime, interval: DataInterval | None) -> RunPlan:
        """Return a run that was due at a moment, for an interval; it has no date where it has none."""
        pause = timedelta(seconds=1 + 3 * self._chance("pause", plan.dag_id, run_type, at))
        logical = interval.start if interval else None
        if run_type not in {"scheduled", "backfill"} and interval:
            logical = at
        return RunPlan(
            plan=plan,
            run_id=run_id_of(self.airflow, run_type, at, logical),
            run_type=run_type,
            run_after=at,
            queued_at=at + pause,
            logical_date=logical,
            interval=(interval.start, interval.end) if interval else None,
        )

    def _asked(self, plan: DagPlan, timetable: Timetable, number: int) -> RunPlan:
        chances = [self._chance(plan.dag_id, "asked", number, what) for what in ("age", "by", "note")]
        at = self.now - timedelta(hours=2) - plan.history * (0.98 * chances[0])
        by = PEOPLE[int(chances[1] * len(PEOPLE))]
        conf = {
            param.name: param.given[int(self._chance(plan.dag_id, number, param.name) * len(param.given))]
            for param in plan.params
            if param.given
        }
        note = "Asked for by phone." if chances[2] < 0.15 else None
        run = self._run(plan, "manual", at, timetable.manual_interval(at))
        return replace(run, by=by, conf=conf, note=note)

    def _staged(self, plan: DagPlan, timetable: Timetable, scene: Scene) -> RunPlan:
        at = self.now - scene.age
        interval: DataInterval = timetable.manual_interval(at)
        if scene.run_type in {"scheduled", "backfill"}:
            found = [due for due in timetable.intervals(at - _LONGEST_INTERVAL, at) if due.end <= at]
            interval = found[-1]
            at = interval.end if scene.run_type == "scheduled" else at
        run = self._run(plan, scene.run_type, at, interval)
        # Airflow 2 knows no task that waits for a person: there, one that is deferred asks for the answer.
        told = {"awaiting_input": "deferred"} if self.airflow == 2 else {}
        states = {task_id: told.get(state or "", state) for task_id, state in scene.states.items()}
        return replace(run, by=scene.by, conf=dict(scene.conf), note=scene.note, scene=replace(scene, states=states))

    def _by_assets(self, outcomes: list[Outcome]) -> Iterator[RunPlan]:
        written = sorted(
            (instance.latest.end, uri)
            for outcome in outcomes
            for instance in outcome.instances
            for uri in instance.task.outlets
            if instance.latest.state == "success" and instance.latest.end
        )
        queue = AssetQueue()
        for at, uri in written:
            for plan in queue.written(uri):
                if at >= self.now - plan.history:
                    # Airflow 2 gives every run a date; in 3, one that assets triggered has none.
                    interval = DataInterval(at, at) if self.airflow == 2 else None
                    yield self._run(plan, "asset_triggered", at, interval)

    def _chance(self, *key: object) -> float:
        return chance(self.seed, *key)


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
