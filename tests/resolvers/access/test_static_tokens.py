"""Static tokens: whose they are, what those may do, and that nothing that is kept tells one."""

import pytest
from click.testing import CliRunner

from graph.__main__ import main
from resolvers.access.actor import EVERYTHING, Actor
from resolvers.access.permissions import PER_DAG, ROLE_PERMISSIONS, Permission
from resolvers.settings import Role
from tests.resolvers.access.calling import callers, known_as, refused, sent
from tests.world import World


def bearer(token: str) -> tuple[str, str]:
    return ("Authorization", f"Bearer {token}")


def limited(world: World, role: Role) -> Actor:
    return known_as(callers(world, tokens=f"ann:{role}@etl+report.daily-2:s3cr3t"), bearer("s3cr3t"))


def test_a_token_has_its_role_on_every_dag(airflow_3: World) -> None:
    ann = known_as(callers(airflow_3, tokens="ann:user:s3cr3t"), bearer("s3cr3t"))

    assert (ann.name, ann.role, ann.method) == ("ann", "user", "token")
    assert ann.grants == dict.fromkeys(ROLE_PERMISSIONS[Role.USER], EVERYTHING)


@pytest.mark.parametrize("role", Role)
def test_a_token_with_dags_has_what_its_role_may_do_to_those_and_nothing_else(airflow_3: World, role: Role) -> None:
    ann = limited(airflow_3, role)

    assert set(ann.grants) == ROLE_PERMISSIONS[role] & PER_DAG
    assert set(ann.grants.values()) <= {frozenset({"etl", "report.daily-2"})}
    assert ann.role is None


def test_pools_imports_and_assets_are_of_no_dag(airflow_3: World) -> None:
    admin = limited(airflow_3, Role.ADMIN)

    of_no_dag = set(Permission) - PER_DAG
    assert {Permission.POOL_READ, Permission.IMPORT_ERROR_READ, Permission.ASSET_READ, Permission.JOB_READ} <= of_no_dag
    assert not any(admin.may(permission) or admin.may(permission, "etl") for permission in of_no_dag)


def test_a_token_with_dags_sees_and_changes_those_alone(world: World) -> None:
    for dag_id in ("etl", "secret"):
        world.dag(dag_id)
        world.run(dag_id)
    ann = limited(world, Role.ADMIN)

    seen = world.graph("{ dags { totalCount nodes { dagId } } dagRuns { nodes { dagId } } }", actor=ann)
    pools = world.graph("{ pools { nodes { name } } }", actor=ann)
    paused = world.graph('mutation { pauseDag(dagId: "etl") { dagId } }', actor=ann)
    other = world.graph('mutation { pauseDag(dagId: "secret") { dagId } }', actor=ann)

    assert seen["data"] == {
        "dags": {"totalCount": 1, "nodes": [{"dagId": "etl"}]},
        "dagRuns": {"nodes": [{"dagId": "etl"}]},
    }
    assert [error["extensions"]["code"] for error in pools["errors"]] == ["FORBIDDEN"]
    assert paused["errors"] == []
    assert [error["extensions"]["code"] for error in other["errors"]] in (["FORBIDDEN"], ["NOT_FOUND"])
    assert not world.rows("dag", "is_paused", dag_id="secret")[0]["is_paused"]


def test_a_token_may_be_told_by_its_digest(airflow_3: World) -> None:
    made = CliRunner().invoke(main, ["token", "--name", "ann", "--role", "op", "--dag", "etl", "--dag", "b.2"])
    token, entry = made.stdout.splitlines()
    known = callers(airflow_3, tokens=entry)

    ann = known_as(known, bearer(token))
    assert (ann.name, ann.scope(Permission.DAG_EDIT)) == ("ann", frozenset({"etl", "b.2"}))
    assert entry.startswith("ann:op@etl+b.2:sha256:")
    assert token not in entry
    # Who has read the configuration has no token.
    digest = entry.rpartition(":")[2]
    for guess in (digest, f"sha256:{digest}"):
        assert refused(known, sent(bearer(guess))).challenges == ("Bearer",)


def test_each_token_that_is_made_is_another() -> None:
    made = {CliRunner().invoke(main, ["token", "--name", "ann"]).stdout for _ in range(2)}

    assert len(made) == 2
    assert all("ann:viewer:sha256:" in told for told in made)


@pytest.mark.parametrize(
    "arguments", [["--name", "a:b"], ["--name", "a b"], ["--name", ""], ["--name", "ann", "--dag", "a+b"], []]
)
def test_a_token_is_not_made_for_what_an_entry_cannot_spell(arguments: list[str]) -> None:
    made = CliRunner().invoke(main, ["token", *arguments])

    assert made.exit_code == 2
    assert made.stdout == ""
    assert "Traceback" not in made.output


def test_nothing_that_is_kept_tells_a_token(airflow_3: World) -> None:
    known = callers(airflow_3, tokens="ann:user:s3cr3t bob:viewer:h1dden")

    method = known.methods["tokens"]
    assert "s3cr3t" not in repr(vars(method)) + repr(vars(method.holders))  # type: ignore[attr-defined]
    assert "s3cr3t" not in repr(known)


@pytest.mark.parametrize("presented", ["s3cr3", "s3cr3t ann", "S3CR3T", "", "sha256:", "é", "s3cr3t,s3cr3t"])
def test_what_is_no_token_is_nobodys(airflow_3: World, presented: str) -> None:
    assert refused(callers(airflow_3, tokens="ann:user:s3cr3t"), sent(bearer(presented))).challenges == ("Bearer",)
