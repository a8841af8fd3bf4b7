"""The README's commands do as written what it says that they do."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.graph.furnishing import open_furnished
from tests.live.processes import free_port
from tests.stores import SQLiteStore
from tests.world import FERNET_KEY

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


@pytest.mark.slow
def test_an_airflow_is_checked_served_and_asked(sqlite_store: SQLiteStore, tmp_path: Path) -> None:
    [commands] = re.findall(r"^<!-- serve -->\n```sh\n(.*?)```\n<!-- end -->$", README, re.MULTILINE | re.DOTALL)
    port = str(free_port())
    world = open_furnished(sqlite_store, "3.3")
    world.service.close()
    command = tmp_path / "airflow-graph"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m graph "$@"\n')
    command.chmod(0o755)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__FERNET_KEY": FERNET_KEY,
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": world.url,
        "AIRFLOW_GRAPH_PORT": port,
    }

    script = "trap 'kill $(jobs -p)' EXIT\n" + commands.replace("8088", port)
    done = subprocess.run(
        ["bash", "-euc", script], env=environment, capture_output=True, text=True, check=False, timeout=120
    )

    assert done.returncode == 0, done.stdout + done.stderr
    *checked, answer = done.stdout.splitlines()
    assert any(line.startswith("ok       metadata") for line in checked)
    assert {dag["dagId"] for dag in json.loads(answer)["data"]["dags"]["nodes"]} >= {"etl", "mapped"}
    assert "as alice (admin)" in done.stderr
