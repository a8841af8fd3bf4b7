"""What becomes of variables: encrypted as Airflow does, and never told to the audit log where secret."""

import json

import pytest
from cryptography.fernet import Fernet

from resolvers.airflow_config import AirflowConfig
from resolvers.errors import Conflict, Forbidden, Invalid, NotFound
from resolvers.operations.keys import VariableKey
from resolvers.operations.variables import create_variable, delete_variable, set_variable, update_variable
from resolvers.service import Service
from resolvers.settings import Role, load_settings
from tests.world import FERNET_KEY, World

pytestmark = pytest.mark.mysql


def stored(world: World, key: str) -> dict[str, object]:
    return world.rows("variable", "key val description is_encrypted", key=key)[0]


def opened(world: World, key: str) -> str:
    row = stored(world, key)
    assert row["is_encrypted"] is True
    return Fernet(FERNET_KEY).decrypt(str(row["val"])).decode()


def audited(world: World) -> tuple[str, dict[str, object]]:
    row = world.rows("log", "event extra")[-1]
    return row["event"], json.loads(row["extra"])


def test_a_value_is_stored_as_a_fernet_token(world: World) -> None:
    with world.service.session(world.actor()) as session:
        assert session.run(set_variable, key="k", value="clear", description="d") == VariableKey("k")

    assert stored(world, "k")["description"] == "d"
    assert opened(world, "k") == "clear"
    assert audited(world)[0] == {2: "api.variable.create", 3: "post_variable"}[world.generation.number]


def test_without_a_key_a_value_stays_text(world: World) -> None:
    service = Service.open(load_settings(database=world.url), AirflowConfig.discover(environ={}), world.url)
    with service.session(world.actor()) as session:
        session.run(set_variable, key="k", value="clear")
    service.close()

    assert stored(world, "k") == {"key": "k", "val": "clear", "description": None, "is_encrypted": False}


def test_setting_replaces_the_variable_as_a_whole(world: World) -> None:
    with world.service.session(world.actor()) as session:
        session.run(set_variable, key="k", value="old", description="gone with it")
        session.run(set_variable, key="k", value="")

    assert len(world.rows("variable", "key")) == 1
    assert stored(world, "k")["description"] is None
    assert opened(world, "k") == ""


def test_making_one_that_is_there_is_a_conflict(world: World) -> None:
    with world.service.session(world.actor()) as session:
        session.run(create_variable, key="k", value="first")
        with pytest.raises(Conflict, match="'k' already"):
            session.run(create_variable, key="k", value="second")

    assert opened(world, "k") == "first"


def test_what_is_not_given_stays(world: World) -> None:
    with world.service.session(world.actor()) as session:
        session.run(set_variable, key="k", value="v", description="d")
        session.run(update_variable, key="k", value="w")
        assert (opened(world, "k"), stored(world, "k")["description"]) == ("w", "d")

        session.run(update_variable, key="k", description=None)
        assert (opened(world, "k"), stored(world, "k")["description"]) == ("w", None)


def test_there_is_nothing_to_change_or_delete_where_there_is_none(world: World) -> None:
    with world.service.session(world.actor()) as session:
        with pytest.raises(NotFound, match="No variable with the key 'k'"):
            session.run(update_variable, key="k", value="v")
        with pytest.raises(NotFound, match="No variable with the key 'k'"):
            session.run(update_variable, key="k")
        with pytest.raises(NotFound, match="No variable with the key 'k'"):
            session.run(delete_variable, key="k")

        session.run(set_variable, key="k", value="v")
        session.run(delete_variable, key="k")

    assert world.rows("variable", "key") == []


def test_a_secret_is_not_told_to_the_audit_log(world: World) -> None:
    with world.service.session(world.actor()) as session:
        session.run(set_variable, key="db_password", value="hunter2")
        assert audited(world)[1]["value"] == "***"

        sent = {"variable_key": "db_password", "key": "db_password", "value": "hunter3", "description": "of the db"}
        session.run_sent(update_variable, sent, key="db_password", value="hunter3")
        assert (audited(world)[1]["value"], audited(world)[1]["description"]) == ("***", "of the db")

        session.run(set_variable, key="limit", value="10")
        # Airflow 3 tells no value of any variable.
        assert audited(world)[1]["value"] == {2: "10", 3: "***"}[world.generation.number]


def test_a_key_that_the_column_cannot_hold_is_refused(world: World) -> None:
    with world.service.session(world.actor()) as session, pytest.raises(Invalid, match="250 characters"):
        session.run(set_variable, key="k" * 251, value="v")

    assert world.rows("variable", "key") == []


@pytest.fixture
def variable(world: World) -> World:
    with world.service.session(world.actor()) as session:
        session.run(set_variable, key="k", value="v")
    return world


def test_a_viewer_may_change_nothing(variable: World) -> None:
    with variable.service.session(variable.actor(Role.VIEWER)) as session:
        with pytest.raises(Forbidden):
            session.run(set_variable, key="k", value="w")
        with pytest.raises(Forbidden):
            session.run(update_variable, key="k", value="w")
        with pytest.raises(Forbidden):
            session.run(delete_variable, key="k")

    assert opened(variable, "k") == "v"
