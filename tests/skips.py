"""Where everything is there to run every test, none may be skipped."""

from collections.abc import Generator

import pytest

from tests.mysql_server import NOT_THERE

SWITCH = "AIRFLOW_GRAPH_TEST_EVERYTHING"
"""An environment variable: where it is set, a test that is skipped fails, unless it could not have run."""


class NoSkips:
    """A plugin of pytest that makes a failure of every skip, wherever it was raised."""

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Look at a test that was skipped by a mark, a fixture or its own body."""
        report = yield
        if report.skipped and not hasattr(report, "wasxfail"):
            _judge(report, item.nodeid)
        return report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Look at a module that was skipped as it was imported."""
        report = yield
        if report.skipped:
            _judge(report, collector.nodeid)
        return report


def _judge(report: pytest.TestReport | pytest.CollectReport, node: str) -> None:
    told = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    reason = told.removeprefix("Skipped: ")
    if reason.startswith(NOT_THERE):
        return
    report.outcome = "failed"
    report.longrepr = f"{node} could have run, and was skipped: {reason}"
