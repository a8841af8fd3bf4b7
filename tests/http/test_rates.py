"""One caller may ask so often, and so much at once; who asks for more is told when to come again, on every road."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import httpx
import psycopg
import pytest

from graph.http.rates import _MOST_CALLERS, Rates
from resolvers.errors import TooMany
from resolvers.settings import load_settings
from tests.http.server import ADMIN, TOKENS, VIEWER, Served, served
from tests.stores import PostgreSQLStore
from tests.world import World

QUERY = {"query": "{ viewer { name } }"}


@pytest.fixture
def serving(postgresql_store: PostgreSQLStore) -> Iterator[Callable[..., Served]]:
    """Return what serves an empty world under settings."""
    opened = []

    def serve(**settings: object) -> Served:
        world = World.open(postgresql_store.database("3.3"), "3.3", tokens=TOKENS, **settings)
        server = served(world)
        opened.append((server, world))
        return server.__enter__()

    yield serve
    for server, world in opened:
        server.__exit__(None, None, None)
        world.close()


Asked = dict[str, Any]


def caller(name: str) -> Asked:
    """Return a request as a server sees it, of somebody with a token."""
    return {"headers": [(b"host", b"here"), (b"authorization", f"Bearer {name}".encode())], "client": ("192.0.2.1", 5)}


def ask_at_once(rates: Rates, scope: Asked, times: int) -> int:
    """Return how many of so many requests, each answered before the next, were let in."""
    let_in = 0
    for _ in range(times):
        try:
            with rates.admitted(scope):
                let_in += 1
        except TooMany:
            pass
    return let_in


def test_who_was_silent_may_send_a_burst_and_then_waits() -> None:
    rates = Rates(load_settings(rate=0.01, burst=7))

    assert ask_at_once(rates, caller("a"), 20) == 7
    with pytest.raises(TooMany) as told:
        rates.admitted(caller("a"))
    # The next is due in a hundred seconds, of which the test has used some.
    assert 60 < told.value.retry_after <= 100


def test_each_caller_is_counted_for_themselves() -> None:
    rates = Rates(load_settings(rate=0.01, burst=3))
    somebody: Asked = {"headers": [], "client": ("192.0.2.1", 5)}
    elsewhere: Asked = {"headers": [], "client": ("192.0.2.2", 5)}
    again: Asked = {"headers": [(b"accept", b"*/*")], "client": ("192.0.2.1", 6)}

    assert [ask_at_once(rates, scope, 5) for scope in (caller("a"), caller("b"), somebody, elsewhere)] == [3] * 4
    # By another connection from the same address it is the same caller.
    assert ask_at_once(rates, again, 5) == 0


def test_callers_of_a_trusted_proxy_are_told_apart_by_the_names_that_it_tells() -> None:
    rates = Rates(load_settings(rate=0.01, burst=3, token_header="X-Key"))

    def told(header: bytes, value: bytes) -> Asked:
        return {"headers": [(header, value)], "client": ("192.0.2.1", 5)}

    callers = [told(b"x-forwarded-user", b"ann"), told(b"x-forwarded-user", b"bob"), told(b"x-key", b"secret")]
    assert [ask_at_once(rates, one, 5) for one in callers] == [3, 3, 3]
    assert [ask_at_once(rates, one, 5) for one in callers] == [0, 0, 0]


def test_only_so_many_requests_of_a_caller_are_answered_at_once() -> None:
    rates = Rates(load_settings(concurrency=2))

    with rates.admitted(caller("a")), rates.admitted(caller("a")):
        with pytest.raises(TooMany) as told:
            rates.admitted(caller("a"))
        with rates.admitted(caller("b")):
            pass
    with rates.admitted(caller("a")):
        pass
    assert told.value.retry_after == 1


def test_nought_turns_the_limits_off() -> None:
    rates = Rates(load_settings(rate=0, burst=1, concurrency=0))
    callers = [rates.admitted(caller("a")) for _ in range(2_000)]

    for one in callers:
        one.__enter__()
    assert ask_at_once(rates, caller("a"), 2_000) == 2_000


def test_callers_are_forgotten_where_there_are_too_many() -> None:
    rates = Rates(load_settings(rate=0.01, burst=1))
    with rates.admitted(caller("first")):
        for number in range(_MOST_CALLERS + 10):
            ask_at_once(rates, caller(f"other {number}"), 1)

    assert len(rates._callers) == _MOST_CALLERS
    assert ask_at_once(rates, caller(f"other {_MOST_CALLERS + 9}"), 1) == 0
    # Who was forgotten is as one who was silent.
    assert ask_at_once(rates, caller("first"), 1) == 1


def test_nobodys_credentials_are_kept() -> None:
    rates = Rates(load_settings())
    with rates.admitted(caller("hush")):
        pass

    assert all(b"hush" not in key for key in rates._callers)


def test_every_road_says_429_and_when_to_come_again(serving: Callable[..., Served]) -> None:
    server = serving(rate=0.01, burst=3)
    headers = {"Authorization": f"Bearer {ADMIN}"}
    first = [server.post(QUERY).status_code, server.get(query="{ viewer { name } }").status_code]
    first.append(httpx.get(f"{server.address}/api/v1/dags", headers=headers).status_code)
    posted = server.post(QUERY)
    gotten = server.get(query="{ viewer { name } }")
    rest = httpx.get(f"{server.address}/api/v1/dags", headers=headers)

    assert first == [200, 200, 200]
    for answer in (posted, gotten, rest):
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 100
    [error] = posted.json()["errors"]
    assert error["message"] == "You ask too often: 0.01 requests a second are allowed, after a pause 3 at once."
    assert error["extensions"]["code"] == "TOO_MANY"
    assert (rest.json()["status"], rest.json()["title"]) == (429, "Too Many Requests")
    # Others are not held up, and health is asked by anybody, ever so often.
    assert server.post(QUERY, token=VIEWER).status_code == 200
    for path in ("/health", "/api/v1/health") * 5:
        assert httpx.get(f"{server.address}{path}").status_code == 200


def test_callers_who_are_not_known_are_counted_by_their_address(serving: Callable[..., Served]) -> None:
    server = serving(rate=0.01, burst=3)

    assert [server.post(QUERY, token=None).status_code for _ in range(5)] == [401, 401, 401, 429, 429]


def test_what_runs_long_keeps_its_caller_from_asking_on_but_nobody_else(serving: Callable[..., Served]) -> None:
    server = serving(concurrency=2, pool_size=5)
    slow = {"query": "{ dags(first: 1) { nodes { dagId } } }"}
    with psycopg.connect(server.world.url) as holding, ThreadPoolExecutor(6) as threads:
        holding.execute("LOCK TABLE dag IN ACCESS EXCLUSIVE MODE")
        asked = [threads.submit(server.post, slow) for _ in range(6)]
        # All but two are refused at once; those wait until the table is free again.
        done = as_completed(asked)
        refused = [next(done).result() for _ in range(4)]
        other = server.post(QUERY, token=VIEWER)
        holding.rollback()
        told = sorted(one.result().status_code for one in asked)

    assert told == [200, 200, 429, 429, 429, 429]
    assert other.status_code == 200
    assert all(answer.headers["retry-after"] == "1" for answer in refused)
    assert server.post(QUERY).status_code == 200
