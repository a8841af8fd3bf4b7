"""Tokens may name users of Airflow's database: they end with the user, and may what the user may at this moment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from resolvers.access.actor import EVERYTHING
from resolvers.access.airflow_tokens import AirflowTokens
from resolvers.access.issuing import Issuer
from resolvers.access.oidc import OpenIdTokens
from resolvers.access.permissions import Permission
from resolvers.errors import Forbidden, TooMany, Unauthenticated
from tests.people import add_role, add_user, make_tables
from tests.resolvers.access.installed import FAB, SECRET, bearer, installed
from tests.resolvers.access.issuers import AUDIENCE, issuing, public_jwk, rsa_key, signed
from tests.resolvers.access.test_fab import change
from tests.world import World

KEY = rsa_key()


@pytest.fixture(params=["sqlite", "postgresql"])
def three(request: pytest.FixtureRequest) -> Iterator[World]:
    url = request.getfixturevalue(f"{request.param}_store").database("3.3")
    make_tables(url, "3.3")
    made = World.open(url, "3.3", authentication="basic", access_refresh=0)
    yield made
    made.close()


def token(subject: object) -> str:
    return signed(SECRET, "HS512", {"sub": str(subject), "aud": "apache-airflow"}, kid="not-used")


def reader(world: World, name: str = "ada") -> int:
    return add_user(world, name, add_role(world, f"Reader {name}", "can_read on DAG:etl"))


def test_a_token_names_a_user_who_may_what_their_roles_may(three: World, tmp_path: Path) -> None:
    user = reader(three)
    actor = AirflowTokens.of(installed(three, tmp_path, {"core.auth_manager": FAB})).actor(bearer(token(user)))
    assert actor is not None
    assert (actor.name, actor.method, actor.user_id) == ("ada", "jwt", user)
    assert actor.grants == {Permission.DAG_READ: frozenset({"etl"})}


def test_what_a_token_claims_beside_the_user_counts_for_nothing(three: World, tmp_path: Path) -> None:
    user = reader(three)
    claims = {"sub": str(user), "role": "admin", "teams": [], "aud": "apache-airflow"}
    taken = AirflowTokens.of(installed(three, tmp_path, {"core.auth_manager": FAB}))
    actor = taken.actor(bearer(signed(SECRET, "HS512", claims)))
    assert actor is not None
    assert actor.grants == {Permission.DAG_READ: frozenset({"etl"})}


def test_a_token_ends_with_its_user(three: World, tmp_path: Path) -> None:
    user = reader(three)
    taken = AirflowTokens.of(installed(three, tmp_path, {"core.auth_manager": FAB}))
    presented = token(user)
    assert taken.actor(bearer(presented)) is not None
    change(three, "user", user, is_active=False)
    with pytest.raises(Unauthenticated, match="not active"):
        taken.actor(bearer(presented))
    change(three, "user", user, is_active=True)
    assert taken.actor(bearer(presented)) is not None
    with pytest.raises(Unauthenticated, match="not there"):
        taken.actor(bearer(token(user + 1)))


def test_a_user_gets_a_token_for_their_password_which_is_taken_here(three: World, tmp_path: Path) -> None:
    user = reader(three)
    here = installed(three, tmp_path, {"core.auth_manager": FAB})
    issuer = Issuer.of(here)
    assert issuer is not None
    given = issuer.token("ada", "right", peer=None, seconds=60)
    actor = AirflowTokens.of(here).actor(bearer(given))
    assert actor is not None
    assert actor.user_id == user
    for name, password in (("ada", "wrong"), ("nobody", "right"), ("ada", "")):
        with pytest.raises(Unauthenticated, match="Invalid credentials"):
            issuer.token(name, password, peer=None, seconds=60)


def test_guesses_at_a_password_are_slowed(three: World, tmp_path: Path) -> None:
    reader(three)
    issuer = Issuer.of(installed(three, tmp_path, {"core.auth_manager": FAB}))
    assert issuer is not None
    for number in range(5):
        with pytest.raises(Unauthenticated):
            issuer.token("ada", f"guess-{number}", peer=None, seconds=60)
    with pytest.raises(TooMany):
        issuer.token("ada", "right", peer=None, seconds=60)


def test_no_tokens_are_given_out_that_are_not_taken(three: World, tmp_path: Path) -> None:
    options = {"core.auth_manager": FAB}
    assert Issuer.of(installed(three, tmp_path, options, authentication=("tokens", "basic"))) is None
    assert Issuer.of(installed(three, tmp_path, options, authentication=("airflow",))) is not None
    published = {**options, "api_auth.trusted_jwks_url": str(tmp_path / "keys.json")}
    assert Issuer.of(installed(three, tmp_path, published)) is None


def test_who_an_openid_issuer_names_may_what_the_user_of_that_name_may(
    peopled: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    role = add_role(peopled, "Reader", "can_read on DAGs")
    user = add_user(peopled, "ada", role)
    with issuing() as issuer:
        issuer.publish(public_jwk(KEY, "rsa"))
        here = installed(peopled, tmp_path, oidc_issuer=issuer.address, oidc_audience=(AUDIENCE,))
        taken = OpenIdTokens.of(here)

        def presented(name: str) -> str:
            return signed(KEY, "RS256", {"iss": issuer.address, "preferred_username": name}, kid="rsa")

        actor = taken.actor(bearer(presented("ada")))
        assert actor is not None
        assert (actor.name, actor.method, actor.grants) == ("ada", "oidc", {Permission.DAG_READ: EVERYTHING})
        with pytest.raises(Forbidden, match="eve has no role"):
            taken.actor(bearer(presented("eve")))
        change(peopled, "user", user, is_active=False)
        with pytest.raises(Forbidden, match="ada has no role"):
            taken.actor(bearer(presented("ada")))
