"""Whether the tasks upstream of a task instance let it run, in the words of Airflow's own API."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FINISHED = ("success", "skipped", "failed", "upstream_failed", "removed")

Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Upstream:
    """The tasks directly upstream: how many task instances of them there ought to be, and the states of the finished.

    `setups` are those of them that are setups, alike.
    """

    task_ids: tuple[str, ...]
    count: int
    states: Counter[str]
    setup_count: int
    setup_states: Counter[str]

    @classmethod
    def of(cls, tasks: Sequence[Facts], instances: Sequence[Facts]) -> "Upstream":
        """Return them, from the tasks and the task instances of the run. All instances of a mapped task count."""
        by_id = {str(task["task_id"]): task for task in tasks}
        near = [one for one in instances if one["task_id"] in by_id]
        finished = [one for one in near if one["state"] in _FINISHED]
        setups = [name for name, task in by_id.items() if task["is_setup"]]
        is_mapped = any(task["is_mapped"] for task in tasks)
        return cls(
            tuple(by_id),
            len(near) if is_mapped else len(by_id),
            Counter(str(one["state"]) for one in finished),
            sum(one["task_id"] in setups for one in near) if is_mapped else len(setups),
            Counter(str(one["state"]) for one in finished if one["task_id"] in setups),
        )

    @property
    def done(self) -> int:
        """How many have finished."""
        return self.states.total()

    def __str__(self) -> str:
        """Return what Airflow tells of them behind each reason."""
        counts = ", ".join(f"{name}={self.states[name]}" for name in _FINISHED)
        setups = f"success_setup={self.setup_states['success']}, skipped_setup={self.setup_states['skipped']}"
        ids = "{" + ", ".join(repr(name) for name in self.task_ids) + "}"
        return f"upstream_states=_UpstreamTIStates({counts}, done={self.done}, {setups}), upstream_task_ids={ids}"


def unmet_rule(rule: str, upstream: Upstream, *, is_mapped: bool) -> str | None:
    """Return why a trigger rule is not met yet; none where it is."""
    if not upstream.task_ids or rule == "always":
        return None
    reason = _reason(rule, upstream, is_mapped=is_mapped)
    return reason and f"Task's trigger rule '{rule}' {reason} {upstream}"


def _reason(rule: str, upstream: Upstream, *, is_mapped: bool) -> str | None:
    states, count = upstream.states, upstream.count
    failed = states["failed"] + states["upstream_failed"]
    removed = states["removed"] if is_mapped else 0
    left = {
        "all_success": count - states["success"] - removed,
        "all_failed": count - failed - removed,
        "all_done": count - upstream.done,
        "none_failed": count - states["success"] - states["skipped"] - removed,
        "none_failed_min_one_success": count - states["success"] - states["skipped"] - removed,
        "all_skipped": count - states["skipped"],
        "all_done_setup_success": count - upstream.done,
    }.get(rule, 0)
    match rule:
        case "one_success" if not states["success"]:
            return "requires one upstream task success, but none were found."
        case "one_failed" if not failed:
            return "requires one upstream task failure, but none were found."
        case "one_done" if not states["success"] + states["failed"]:
            return "requires at least one upstream task failure or success but none were failed or success."
        case "all_success" if left > 0:
            return f"requires all upstream tasks to have succeeded, but found {left} non-success(es)."
        case "all_failed" if left > 0:
            return f"requires all upstream tasks to have failed, but found {left} non-failure(s)."
        case "all_done" | "all_done_setup_success" if left > 0:
            return f"requires all upstream tasks to have completed, but found {left} task(s) that were not done."
        case "none_failed" | "none_failed_min_one_success" if left > 0:
            return f"requires all upstream tasks to have succeeded or been skipped, but found {left} non-success(es)."
        case "none_skipped" if upstream.done < count or states["skipped"]:
            skipped = states["skipped"]
            return f"requires all upstream tasks to not have been skipped, but found {skipped} task(s) skipped."
        case "all_skipped" if left > 0:
            return f"requires all upstream tasks to have been skipped, but found {left} task(s) in non skipped state."
        case "all_done_setup_success" if upstream.setup_count and not upstream.setup_states["success"]:
            missing = upstream.setup_count
            return (
                f"requires at least one upstream setup task be successful, but found {missing} task(s) that were not."
            )
    return None
