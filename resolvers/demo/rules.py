"""Trigger rules in simple form: what becomes of a task, by the states of the tasks directly upstream."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

FINISHED = frozenset({"success", "failed", "skipped", "upstream_failed", "removed"})


class Verdict(Enum):
    """What is to become of a task now."""

    WAIT = "wait"
    RUN = "run"
    SKIP = "skipped"
    FAIL = "upstream_failed"


@dataclass(frozen=True)
class _Upstream:
    """How many instances upstream are in which states."""

    success: int
    skipped: int
    failed: int
    done: int
    total: int
    setups_succeeded: bool

    @property
    def all_done(self) -> bool:
        return self.done == self.total


def _when(condition: bool, verdict: Verdict) -> Verdict:  # noqa: FBT001 - reads as the sentence it is
    return verdict if condition else Verdict.WAIT


def _all_success(up: _Upstream) -> Verdict:
    if up.failed:
        return Verdict.FAIL
    return Verdict.SKIP if up.skipped else _when(up.all_done, Verdict.RUN)


def _none_failed(up: _Upstream) -> Verdict:
    return Verdict.FAIL if up.failed else _when(up.all_done, Verdict.RUN)


def _none_failed_min_one_success(up: _Upstream) -> Verdict:
    if up.failed:
        return Verdict.FAIL
    return _when(up.all_done, Verdict.RUN if up.success else Verdict.SKIP)


def _none_skipped(up: _Upstream) -> Verdict:
    return Verdict.SKIP if up.skipped else _when(up.all_done, Verdict.RUN)


def _all_failed(up: _Upstream) -> Verdict:
    return Verdict.SKIP if up.success or up.skipped else _when(up.all_done, Verdict.RUN)


def _all_skipped(up: _Upstream) -> Verdict:
    return Verdict.SKIP if up.success or up.failed else _when(up.all_done, Verdict.RUN)


def _all_done(up: _Upstream) -> Verdict:
    return _when(up.all_done, Verdict.RUN)


def _all_done_setup_success(up: _Upstream) -> Verdict:
    if up.setups_succeeded:
        return _when(up.all_done, Verdict.RUN)
    return _when(up.all_done, Verdict.FAIL if up.failed else Verdict.SKIP)


def _all_done_min_one_success(up: _Upstream) -> Verdict:
    return _when(up.all_done, Verdict.RUN if up.success else Verdict.FAIL if up.failed else Verdict.SKIP)


def _one_success(up: _Upstream) -> Verdict:
    if up.success:
        return Verdict.RUN
    return _when(up.all_done, Verdict.FAIL if up.failed else Verdict.SKIP)


def _one_failed(up: _Upstream) -> Verdict:
    return Verdict.RUN if up.failed else _when(up.all_done, Verdict.SKIP)


def _one_done(up: _Upstream) -> Verdict:
    return Verdict.RUN if up.success or up.failed else _when(up.all_done, Verdict.SKIP)


_RULES: Mapping[str, Callable[[_Upstream], Verdict]] = {
    "all_success": _all_success,
    "all_failed": _all_failed,
    "all_done": _all_done,
    "all_done_min_one_success": _all_done_min_one_success,
    "all_done_setup_success": _all_done_setup_success,
    "all_skipped": _all_skipped,
    "one_success": _one_success,
    "one_failed": _one_failed,
    "one_done": _one_done,
    "none_failed": _none_failed,
    "none_failed_min_one_success": _none_failed_min_one_success,
    "none_skipped": _none_skipped,
    "always": lambda _: Verdict.RUN,
}


def judge(rule: str, upstream: Sequence[str | None], setups: Sequence[str | None] = ()) -> Verdict:
    """Return what becomes of a task by its trigger rule.

    `upstream` are the states of all instances directly upstream, `setups` those among them that are
    setups. An unknown rule is taken for the default, all_success.
    """
    if not upstream:
        return Verdict.RUN
    return _RULES.get(rule, _all_success)(
        _Upstream(
            success=upstream.count("success"),
            skipped=upstream.count("skipped"),
            failed=upstream.count("failed") + upstream.count("upstream_failed"),
            done=sum(state in FINISHED for state in upstream),
            total=len(upstream),
            setups_succeeded=not setups or "success" in setups,
        )
    )


def run_state(leaves: Sequence[str | None]) -> str:
    """Return how a run ends, by the states of its leaves."""
    return "failed" if any(state in {"failed", "upstream_failed"} for state in leaves) else "success"
