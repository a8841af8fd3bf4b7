"""What it costs to know who is calling: processor time of a warm request, and of one that must verify a password.

Run it from the checkout: `python -m tests.bench.authenticating`.
"""

import json
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from starlette.datastructures import Headers
from werkzeug.security import generate_password_hash

from tests.people import add_role, add_user
from tests.stores import RECORDINGS, SQLiteStore
from tests.world import World

GOAL = 0.1
"""Milliseconds of processor time that authenticating a warm request may cost."""

WARM, COLD = 20_000, 10
KINDS = ("scrypt:32768:8:1", "pbkdf2:sha256:600000")
_NAME, _PASSWORD, _TOKEN = "ada", "correct horse battery staple", "a-token-of-the-settings"


def main() -> None:
    """Measure the ways that need nothing but this machine, and print what each costs."""
    with tempfile.TemporaryDirectory() as folder:
        store = SQLiteStore(Path(folder))
        for kind in KINDS:
            world = _world(store, kind, password_memory=0)
            cold = _milliseconds(partial(_come, world, _basic()), COLD)
            print(f"cold  basic, {kind:22} {cold:10.3f} ms")
            world.close()
        world = _world(store, KINDS[0])
        for name, headers in (("basic", _basic()), ("tokens", {"Authorization": f"Bearer {_TOKEN}"})):
            _come(world, headers)
            warm = _milliseconds(partial(_come, world, headers), WARM)
            verdict = "met" if warm < GOAL else "missed"
            print(f"warm  {name:29} {warm:10.4f} ms   goal: under {GOAL} ms, {verdict}")
        world.close()


def _world(store: SQLiteStore, kind: str, **settings: object) -> World:
    """Return a world of one user, with the permissions of Airflow's role Admin."""
    tokens = f"tom:viewer:{_TOKEN}"
    world = World.open(store.database("2.11"), "2.11", authentication="tokens, basic", tokens=tokens, **settings)
    permits = json.loads((RECORDINGS / "people" / "2.11-roles.json").read_text())["Admin"]
    with world.together():
        add_user(
            world, _NAME, add_role(world, "Admin", *permits), password_hash=generate_password_hash(_PASSWORD, kind)
        )
    return world


def _basic() -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(f'{_NAME}:{_PASSWORD}'.encode()).decode()}"}


def _come(world: World, headers: Mapping[str, str]) -> None:
    world.service.authenticate(Headers(headers), "192.0.2.7")


def _milliseconds(act: Callable[[], None], times: int) -> float:
    """Return the processor time of one act, all threads and the system's part included."""
    before = time.process_time()
    for _ in range(times):
        act()
    return (time.process_time() - before) * 1000 / times


if __name__ == "__main__":
    main()
