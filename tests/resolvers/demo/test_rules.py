"""Trigger rules in simple form: each decides as its name promises."""

import pytest

from resolvers.demo.rules import Verdict, judge

WAIT, RUN, SKIP, FAIL = Verdict.WAIT, Verdict.RUN, Verdict.SKIP, Verdict.FAIL

CASES = [
    ("all_success", "success success", RUN),
    ("all_success", "success running", WAIT),
    ("all_success", "failed running", FAIL),
    ("all_success", "upstream_failed success", FAIL),
    ("all_success", "skipped success", SKIP),
    ("all_failed", "failed upstream_failed", RUN),
    ("all_failed", "failed success", SKIP),
    ("all_failed", "failed running", WAIT),
    ("all_done", "failed skipped success", RUN),
    ("all_done", "failed running", WAIT),
    ("all_done_min_one_success", "failed success", RUN),
    ("all_done_min_one_success", "failed skipped", FAIL),
    ("all_done_min_one_success", "skipped skipped", SKIP),
    ("all_skipped", "skipped skipped", RUN),
    ("all_skipped", "skipped success", SKIP),
    ("one_success", "success running", RUN),
    ("one_success", "failed failed", FAIL),
    ("one_success", "skipped skipped", SKIP),
    ("one_success", "failed running", WAIT),
    ("one_failed", "failed running", RUN),
    ("one_failed", "success success", SKIP),
    ("one_done", "success running", RUN),
    ("one_done", "skipped running", WAIT),
    ("one_done", "skipped skipped", SKIP),
    ("none_failed", "success skipped", RUN),
    ("none_failed", "success failed", FAIL),
    ("none_failed_min_one_success", "success skipped", RUN),
    ("none_failed_min_one_success", "skipped skipped", SKIP),
    ("none_failed_min_one_success", "success failed", FAIL),
    ("none_skipped", "success failed", RUN),
    ("none_skipped", "success skipped", SKIP),
    ("always", "running running", RUN),
]


@pytest.mark.parametrize(("rule", "upstream", "verdict"), CASES)
def test_a_trigger_rule_decides_by_what_is_upstream(rule: str, upstream: str, verdict: Verdict) -> None:
    assert judge(rule, upstream.split()) is verdict


@pytest.mark.parametrize("rule", sorted({rule for rule, _, _ in CASES}))
def test_a_task_with_nothing_upstream_runs(rule: str) -> None:
    assert judge(rule, []) is RUN


def test_a_teardown_runs_only_after_a_setup_that_succeeded() -> None:
    rule = "all_done_setup_success"

    assert judge(rule, ["success", "failed"], setups=["success"]) is RUN
    assert judge(rule, ["failed", "upstream_failed"], setups=["failed"]) is FAIL
    assert judge(rule, ["skipped", "skipped"], setups=["skipped"]) is SKIP
    assert judge(rule, ["success", "running"], setups=["success"]) is WAIT
