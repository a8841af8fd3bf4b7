"""What the stable API's operations on what belongs to no DAG are called in the document, as in Airflow's own."""

from collections.abc import Mapping, Sequence

from graph.rest.described import BOOLEAN, INTEGER, MOMENT, TEXT, Named, Schema, meaning, or_null, record, several
from graph.rest.stable import event_logs, import_errors
from resolvers.operations.connections import ID_LENGTH
from resolvers.operations.pools import DEFAULT_POOL, LEAST_SLOTS, MOST_SLOTS

_TEXT_OR_JSON = ("application/json", "text/plain")

_ALIVE = or_null({**TEXT, "enum": ["healthy", "unhealthy", None]})


def _process(name: str) -> Schema:
    return record(status=_ALIVE, **{f"latest_{name}_heartbeat": or_null(MOMENT)})


_HEALTH = record(
    metadatabase=record(status=_ALIVE),
    **{name: _process(name) for name in ("scheduler", "triggerer", "dag_processor")},
)


def _mask(fields: Sequence[str]) -> Mapping[str, Schema]:
    return {"update_mask": several({**TEXT, "enum": list(fields)})}


_POOL: Mapping[str, Schema] = {"slots": {"minimum": LEAST_SLOTS, "maximum": MOST_SLOTS}}
_POOL_FIELDS = ("name", "slots", "description", "include_deferred")
_CONNECTION: Mapping[str, Schema] = {"connection_id": {"pattern": "^[A-Za-z0-9_.-]+$", "maxLength": ID_LENGTH}}
_CONFIG = record(sections=several(record(name=TEXT, options=several(record(key=TEXT, value=TEXT)))))
_PROVIDERS = record(providers=several(record(package_name=TEXT, version=TEXT, description=TEXT)), total_entries=INTEGER)
_PLUGIN: Schema = {
    "type": "object",
    "properties": {"name": TEXT, "source": TEXT},
    "required": ["name", "source"],
    # What a plugin brings, by Airflow's names of such things.
    "additionalProperties": several({}),
}

NAMES: Mapping[tuple[str, str], Named] = {
    ("GET", "/health"): Named("get_health", "Monitoring", _HEALTH),
    ("GET", "/version"): Named("get_version", "Monitoring", record(version=TEXT, git_version=TEXT)),
    ("GET", "/config"): Named(
        "get_config",
        "Config",
        _CONFIG,
        parameters={"section": meaning("One section alone.", TEXT)},
        media_types=_TEXT_OR_JSON,
        refuses=(404, 406),
        plainly=(406,),
    ),
    ("GET", "/config/section/{section}/option/{option}"): Named(
        "get_value", "Config", _CONFIG, media_types=_TEXT_OR_JSON, refuses=(406,), plainly=(406,)
    ),
    ("GET", "/providers"): Named("get_providers", "Provider", _PROVIDERS),
    ("GET", "/plugins"): Named("get_plugins", "Plugin", record(plugins=several(_PLUGIN), total_entries=INTEGER)),
    ("GET", "/eventLogs"): Named("get_event_logs", "EventLog", like=event_logs.PAGE),
    ("GET", "/eventLogs/{event_log_id}"): Named("get_event_log", "EventLog"),
    ("GET", "/importErrors"): Named("get_import_errors", "ImportError"),
    ("GET", "/importErrors/{import_error_id}"): Named(
        "get_import_error", "ImportError", import_errors.IMPORT_ERROR_JSON
    ),
    ("GET", "/connections"): Named("get_connections", "Connection"),
    ("POST", "/connections"): Named("post_connection", "Connection", body=_CONNECTION),
    ("GET", "/connections/{connection_id}"): Named("get_connection", "Connection"),
    ("PATCH", "/connections/{connection_id}"): Named("patch_connection", "Connection"),
    ("DELETE", "/connections/{connection_id}"): Named("delete_connection", "Connection"),
    ("POST", "/connections/test"): Named(
        "test_connection",
        "Connection",
        required=("connection_id", "conn_type"),
        tells=record(status=meaning("Whether it works.", BOOLEAN), message=TEXT),
        plainly=(403,),
    ),
    ("GET", "/pools"): Named("get_pools", "Pool"),
    ("POST", "/pools"): Named("post_pool", "Pool", required=("name", "slots"), body=_POOL),
    ("GET", "/pools/{pool_name}"): Named("get_pool", "Pool"),
    ("PATCH", "/pools/{pool_name}"): Named("patch_pool", "Pool", parameters=_mask(_POOL_FIELDS)),
    ("DELETE", "/pools/{pool_name}"): Named(
        "delete_pool", "Pool", parameters={"pool_name": {"not": {"enum": [DEFAULT_POOL]}}}
    ),
    ("GET", "/variables"): Named("get_variables", "Variable"),
    ("POST", "/variables"): Named(
        "post_variables",
        "Variable",
        meaning("What was sent.", {"type": "object", "properties": {"key": TEXT, "value": TEXT, "description": TEXT}}),
    ),
    ("GET", "/variables/{variable_key}"): Named("get_variable", "Variable"),
    ("PATCH", "/variables/{variable_key}"): Named("patch_variable", "Variable"),
    ("DELETE", "/variables/{variable_key}"): Named("delete_variable", "Variable"),
}
