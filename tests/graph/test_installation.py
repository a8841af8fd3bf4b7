"""Airflow's configuration, providers and plugins: what no row tells."""

from resolvers.access.actor import Actor
from resolvers.settings import load_settings
from tests.world import World


def test_the_configuration_is_what_file_and_environment_say(furnished: World) -> None:
    told = furnished.data('{ config { name } core: config(section: "core") { options { key value } } }')

    assert [section["name"] for section in told["config"]] == ["api", "core", "smtp", "webserver"]
    assert told["core"] == [
        {"options": [{"key": "parallelism", "value": "16"}, {"key": "test_connection", "value": "Enabled"}]}
    ]


def test_secrets_of_the_configuration_are_hidden(furnished: World) -> None:
    told = furnished.data('{ config(section: "smtp") { options { key value } } }')["config"]

    assert told == [{"options": [{"key": "smtp_password", "value": "< hidden >"}]}]


def test_providers_and_plugins_are_what_airflow_s_command_says(furnished: World) -> None:
    told = furnished.data("{ providers { packageName version description } plugins { name source parts } }")

    assert told["providers"] == [
        {
            "packageName": "apache-airflow-providers-http",
            "version": "5.1.0",
            "description": "Hypertext Transfer Protocol",
        }
    ]
    [plugin] = told["plugins"]
    assert (plugin["name"], plugin["source"]) == ("lights", "$PLUGINS_FOLDER/lights.py")
    assert {part: names for part, names in plugin["parts"].items() if names} == {
        "macros": ["lights.dim"],
        "listeners": ["lights.heard"],
    }


def test_without_airflow_s_command_nobody_knows_its_providers(world: World) -> None:
    settings = load_settings(database=world.url)
    service = world.service.open(settings, world.service.config, world.url)
    told = World(service, world.url).graph("{ providers { version } plugins { name } }")
    service.close()

    assert [error["extensions"]["code"] for error in told["errors"]] == ["UNSUPPORTED", "UNSUPPORTED"]
    assert "AIRFLOW_GRAPH_AIRFLOW_COMMAND" in told["errors"][0]["extensions"]["hint"]


def test_each_of_them_needs_its_permission(furnished: World) -> None:
    told = furnished.graph("{ config { name } providers { version } plugins { name } }", actor=Actor("nobody", "test"))

    assert [error["extensions"]["code"] for error in told["errors"]] == ["FORBIDDEN"] * 3
