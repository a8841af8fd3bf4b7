"""What Airflow's own Python client 2.10.0 reads and changes of connections, events, errors, and what is installed."""

import pytest
from airflow_client.client.api.config_api import ConfigApi  # type: ignore[import-untyped]
from airflow_client.client.api.connection_api import ConnectionApi  # type: ignore[import-untyped]
from airflow_client.client.api.dag_stats_api import DagStatsApi  # type: ignore[import-untyped]
from airflow_client.client.api.dag_warning_api import DagWarningApi  # type: ignore[import-untyped]
from airflow_client.client.api.event_log_api import EventLogApi  # type: ignore[import-untyped]
from airflow_client.client.api.import_error_api import ImportErrorApi  # type: ignore[import-untyped]
from airflow_client.client.api.plugin_api import PluginApi  # type: ignore[import-untyped]
from airflow_client.client.api.provider_api import ProviderApi  # type: ignore[import-untyped]
from airflow_client.client.exceptions import NotFoundException  # type: ignore[import-untyped]
from airflow_client.client.model.connection import Connection  # type: ignore[import-untyped]

from tests.graph.furnishing import at
from tests.rest.api import Api


def test_a_script_finds_out_what_went_wrong(furnished: Api) -> None:
    events = EventLogApi(furnished.client)
    last = events.get_event_logs(order_by="-event_log_id", limit=2, dag_id="etl").event_logs
    assert [(event.event, event.when) for event in last] == [("failed", at(3)), ("running", at(2))]
    assert events.get_event_log(last[0].event_log_id).owner == "airflow"

    errors = ImportErrorApi(furnished.client)
    first = errors.get_import_errors().import_errors[0]
    assert first.stack_trace == "etl: SyntaxError"
    assert errors.get_import_error(first.import_error_id).filename == first.filename

    warnings = DagWarningApi(furnished.client).get_dag_warnings(order_by="dag_id")
    assert [warning["dag_id"] for warning in warnings.dag_warnings] == ["etl", "mapped"]
    [stats] = DagStatsApi(furnished.client).get_dag_stats("etl").dags
    assert sum(one.count for one in stats.stats) == 5


def test_a_script_keeps_connections(api: Api) -> None:
    connections = ConnectionApi(api.client)
    body = Connection(connection_id="s3", conn_type="aws", password="hunter2", extra='{"secret_key": "k3y"}')

    assert connections.post_connection(body).extra == '{"secret_key": "***"}'
    changed = connections.patch_connection("s3", Connection(host="h", login="l"), update_mask=["host"])
    assert (changed.host, changed.login) == ("h", None)
    assert [one.connection_id for one in connections.get_connections().connections][-1] == "s3"
    connections.delete_connection("s3")
    with pytest.raises(NotFoundException):
        connections.get_connection("s3")

    told = connections.test_connection(Connection(connection_id="x", conn_type="http"))
    assert (told.status, told.message) == (False, "nobody is there")


def test_a_script_reads_a_dag_s_file_and_has_it_parsed(api: Api) -> None:
    token = api.dags.get_dag("etl").file_token

    assert api.dags.get_dag_source(token).content == "# The file of etl.\n"
    api.dags.reparse_dag_file(token)
    assert len(api.world.rows("parsing_request", "id")) == 1
    api.dags.delete_dag("idle")
    with pytest.raises(NotFoundException):
        api.dags.get_dag("idle")


def test_a_script_reads_what_is_installed(furnished: Api) -> None:
    # The document of Airflow's API has no name for this collection, and so the client no class.
    assert ProviderApi(furnished.client).get_providers()["providers"][0]["version"] == "5.1.0"
    assert PluginApi(furnished.client).get_plugins().plugins[0].name == "lights"
    sections = ConfigApi(furnished.client).get_config().sections
    assert "core" in [section.name for section in sections]
    [section] = ConfigApi(furnished.client).get_value("core", "parallelism").sections
    assert [(option.key, option.value) for option in section.options] == [("parallelism", "16")]
