"""Where everything must run, a skip is a failure, wherever it was raised and however many workers there are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import SWITCH

ROOT = Path(__file__).parents[2]

CONFTEST = """
import pytest
from tests.skips import NoSkips

def pytest_configure(config):
    config.pluginmanager.register(NoSkips())
"""

SKIPS = {
    "body": "def test_it():\n    pytest.skip('{reason}')\n",
    "mark": "@pytest.mark.skip(reason='{reason}')\ndef test_it(): pass\n",
    "condition": "pytestmark = pytest.mark.skipif(True, reason='{reason}')\ndef test_it(): pass\n",
    "fixture": "@pytest.fixture\ndef server():\n    pytest.skip('{reason}')\ndef test_it(server): pass\n",
    "import": "pytest.importorskip('no_such_module', reason='{reason}')\ndef test_it(): pass\n",
    "module": "pytest.skip('{reason}', allow_module_level=True)\n",
}


def run_pytest(folder: Path, reason: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run, in a pytest of its own, a test that passes, one that is expected to fail, and every kind of skip."""
    folder.joinpath("conftest.py").write_text(CONFTEST)
    folder.joinpath("pytest.ini").write_text("[pytest]\nxfail_strict = true\n")
    folder.joinpath("test_passing.py").write_text("def test_that_passes(): pass\n")
    folder.joinpath("test_expected.py").write_text("import pytest\n@pytest.mark.xfail\ndef test_it(): assert False\n")
    for where, module in SKIPS.items():
        folder.joinpath(f"test_{where}.py").write_text("import pytest\n" + module.format(reason=f"{reason} ({where})"))
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_ADDOPTS": "--continue-on-collection-errors"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["alone", "xdist"])
def test_a_skip_is_a_failure(tmp_path: Path, workers: tuple[str, ...]) -> None:
    done = run_pytest(tmp_path, "there is no browser", *workers)

    assert done.returncode != 0, done.stdout
    for where in SKIPS:
        assert f"could have run, and was skipped: there is no browser ({where})" in done.stdout
    assert "1 failed, 1 passed, 1 xfailed, 5 errors" in done.stdout


def test_this_run_fails_skips_where_it_was_told_to(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.has_plugin("no skips") == bool(os.environ.get(SWITCH))
