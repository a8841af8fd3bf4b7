"""Commands that tell versions."""

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import Command
from graph.rest.clairvoyant.told import Told

# Of the plugin that was measured, and of the one that the documentation is about.
_PLUGIN = {"original": "1.0.9", "documented": "1.0.7"}


def _version(asked: Asked) -> Told:
    """Tell Airflow's version: that of the settings, else what the database tells, which knows no patch level."""
    return Told(asked.session.service.settings.airflow_version or asked.session.generation.minor)


def _plugin_version(asked: Asked) -> Told:
    """Tell the version of the plugin for which this stands."""
    return Told(_PLUGIN[asked.session.service.settings.clairvoyant_answers])


COMMANDS = (
    Command("version", "Displays the version of Airflow you're using", _version),
    Command(
        "rest_api_plugin_version",
        "Displays the version of this REST API Plugin you're using",
        _plugin_version,
        has_line=False,
    ),
)
