"""Secrets are hidden by Airflow's rules for sensitive keys, and shown to those alone who may edit what holds them."""

from typing import Any

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from graph.arguments import DEFINITION
from graph.types.base import BINDING, MATCH
from resolvers.access.actor import EVERYTHING, Actor, Scope
from resolvers.access.permissions import Permission
from resolvers.airflow_config import AirflowConfig
from resolvers.binding import Column, Decrypted, Derived, Masked
from resolvers.service import Service
from resolvers.settings import Role, load_settings
from tests.world import FERNET_KEY, SCHEMA, World

VARIABLES = "{ variables { nodes { key value } } }"
RUNS = "{ dagRuns(orderBy: ID_ASC) { nodes { dagId conf } edges { node { conf } } } }"
SECRET = {"user": "u", "nested": [{"api_key": "hunter2", "pin_token": 1234}]}
HIDDEN = {"user": "u", "nested": [{"api_key": "***", "pin_token": "***"}]}


def someone(edits: Permission, on: Scope) -> Actor:
    reads: dict[Permission, Scope] = {each: EVERYTHING for each in Permission if each.value.endswith(".read")}
    return Actor(name="someone", method="test", grants={**reads, edits: on})


def keep(world: World, **values: str) -> None:
    for key, value in values.items():
        text, is_encrypted = world.service.keys.encrypt(value)
        world.insert("variable", {"key": key, "val": text, "is_encrypted": is_encrypted})


def values(world: World, actor: Actor) -> dict[str, Any]:
    return {node["key"]: node["value"] for node in world.data(VARIABLES, actor=actor)["variables"]["nodes"]}


def test_a_variable_is_masked_by_its_key_and_by_the_keys_within_it(world: World) -> None:
    keep(world, db_password="hunter2", login='{"user": "u", "token": "hunter3"}', limit="10")
    reader = someone(Permission.VARIABLE_EDIT, frozenset())

    assert values(world, reader) == {"db_password": "***", "login": '{"user": "u", "token": "***"}', "limit": "10"}
    assert values(world, someone(Permission.VARIABLE_EDIT, EVERYTHING))["db_password"] == "hunter2"


def test_a_value_that_no_key_opens_hides_no_more_and_shows_no_more(world: World) -> None:
    keep(world, db_password="hunter2")
    world.insert("variable", {"key": "odd", "val": "gAAAAAB-not-of-this-key", "is_encrypted": True})

    told = world.graph(VARIABLES, actor=someone(Permission.VARIABLE_EDIT, frozenset()))

    assert told["data"]["variables"]["nodes"] == [{"key": "db_password", "value": "***"}, {"key": "odd", "value": None}]
    assert [error["path"] for error in told["errors"]] == [["variables", "nodes", 1, "value"]]


def test_what_a_run_was_given_is_shown_to_those_who_may_edit_runs_of_its_dag(world: World) -> None:
    for dag_id in ("mine", "other"):
        world.dag(dag_id)
        world.run(dag_id, conf=SECRET)

    def told(actor: Actor) -> dict[str, Any]:
        runs = world.data(RUNS, actor=actor)["dagRuns"]
        assert [node["conf"] for node in runs["nodes"]] == [edge["node"]["conf"] for edge in runs["edges"]]
        return {node["dagId"]: node["conf"] for node in runs["nodes"]}

    assert told(world.actor(Role.VIEWER)) == {"mine": HIDDEN, "other": HIDDEN}
    assert told(world.actor(Role.USER)) == {"mine": SECRET, "other": SECRET}
    assert told(someone(Permission.RUN_EDIT, frozenset({"mine"}))) == {"mine": SECRET, "other": HIDDEN}


def test_what_is_read_back_after_a_change_is_masked_alike(world: World) -> None:
    actor = someone(Permission.VARIABLE_CREATE, EVERYTHING)
    told = world.data('mutation { setVariable(input: {key: "a_token", value: "hunter2"}) { value } }', actor=actor)

    assert told == {"setVariable": {"value": "***"}}


def test_an_installation_names_secrets_of_its_own(world: World) -> None:
    keep(world, threshold="10", db_password="hunter2")
    settings = load_settings(database=world.url, fernet_key=FERNET_KEY)
    reader = someone(Permission.VARIABLE_EDIT, frozenset())

    def told(**environ: str) -> dict[str, Any]:
        service = Service.open(settings, AirflowConfig.discover(environ=environ), world.url)
        try:
            return values(World(service, world.url), reader)
        finally:
            service.close()

    assert told(AIRFLOW__CORE__SENSITIVE_VAR_CONN_NAMES="thresh, other")["threshold"] == "***"
    assert told(AIRFLOW__CORE__HIDE_SENSITIVE_VAR_CONN_FIELDS="False")["db_password"] == "hunter2"


def masked_columns(type_: GraphQLObjectType) -> set[str]:
    told: set[str] = set()
    for field in type_.fields.values():
        definition = field.extensions.get(DEFINITION)
        match definition.metadata.get(BINDING) if definition else None:
            case Masked(of=Column(source)):
                told.add(source)
            case Masked(of=Derived(needs)):
                told.update(needs)
            case Masked(of=Decrypted(value)):
                told.add(value)
    return told


def asked_columns(type_: GraphQLNamedType) -> set[str]:
    if isinstance(type_, GraphQLEnumType):
        return {column for each in type_.values.values() for column in str(each.value).lstrip("-").split(",")}
    return {field.metadata[MATCH].column for field in type_.extensions[DEFINITION].fields}


def test_no_filter_and_no_order_asks_what_is_masked() -> None:
    types = SCHEMA.type_map
    masked = {
        name: columns
        for name, type_ in types.items()
        if isinstance(type_, GraphQLObjectType) and (columns := masked_columns(type_))
    }

    assert set(masked) >= {"Variable", "DagRun", "Asset", "AssetEvent", "Backfill"}
    for name, columns in masked.items():
        for asking in (f"{name}Filter", f"{name}Order"):
            if asking in types:
                assert asked_columns(types[asking]).isdisjoint(columns), asking
