"""What a DAG's parameters are, and whether the conf of a run fits them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from jsonschema import FormatChecker, SchemaError, ValidationError, validate
from referencing.exceptions import Unresolvable
from referencing.jsonschema import EMPTY_REGISTRY

from resolvers.errors import Invalid
from resolvers.serialized.encoding import NOT_SET, TYPE, NotSet, unwrap

_FORMATS = FormatChecker(
    ("date", "date-time", "email", "idn-email", "ipv4", "ipv6", "regex", "time", "uuid"),
)
"""The formats that Airflow's own environment has the libraries to check."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its default, and the JSON schema that every value must fit."""

    default: object = NOT_SET
    description: str | None = None
    schema: Mapping[str, object] = field(default_factory=dict)
    class_path: str = "airflow.models.param.Param"
    source: str | None = None

    @property
    def has_default(self) -> bool:
        """Whether a run may leave the parameter out."""
        return not isinstance(self.default, NotSet)


def decode_params(stored: object) -> Mapping[str, Param]:
    """Return the parameters by name: stored as pairs, and as a mapping up to Airflow 2.9.2."""
    match stored:
        case Mapping():
            pairs = [(str(name), value) for name, value in stored.items()]
        case list():
            pairs = [(str(pair[0]), pair[1]) for pair in stored if isinstance(pair, list) and len(pair) == 2]
        case _:
            return {}
    return {name: _decode_param(value) for name, value in pairs}


def _decode_param(stored: object) -> Param:
    if not isinstance(stored, Mapping) or "__class" not in stored:
        return Param(default=unwrap(stored))
    schema = _plain(stored.get("schema"))
    description, source = stored.get("description"), stored.get("source")
    return Param(
        default=_plain(stored["default"]) if "default" in stored else None,
        description=description if isinstance(description, str) else None,
        schema=schema if isinstance(schema, dict) else {},
        class_path=str(stored["__class"]),
        source=source if isinstance(source, str) else None,
    )


def _plain(stored: object) -> object:
    """Return a part of a parameter, which older versions stored bare: it is wrapped only if it says so."""
    if isinstance(stored, Mapping) and TYPE not in stored:
        return dict(stored)
    if isinstance(stored, list) and not all(isinstance(item, Mapping) and TYPE in item for item in stored):
        return list(stored)
    return unwrap(stored)


def resolve_params(params: Mapping[str, Param], conf: Mapping[str, object] | None) -> Mapping[str, object]:
    """Return the values that a run with this conf gets, defaults filled in.

    A key of the conf replaces the default whole (in every version: the `deep_merge` of 3.2 and later
    merges no deeper), and one that names no parameter is taken as it is. Raises `Invalid`, worded as
    Airflow does, for the first value that does not fit its schema, and for a parameter that has no value.
    """
    values: dict[str, object] = {name: param.default for name, param in params.items()}
    values.update(conf or {})
    for name, param in params.items():
        _check(name, param, values[name])
    return values


def _check(name: str, param: Param, value: object) -> None:
    if isinstance(value, NotSet):
        raise Invalid(
            f"Invalid input for param {name}: No value passed and Param has no default value",
            field="conf",
            hint=f"Give {name!r} in the conf of the run.",
        )
    try:
        validate(value, param.schema, format_checker=_FORMATS, registry=EMPTY_REGISTRY)
    except ValidationError as error:
        schema = error.schema
        if isinstance(schema, Mapping) and schema.get("format") == "date-time" and _reads_as_moment(value):
            return
        raise Invalid(
            f"Invalid input for param {name}: {error}", field="conf", hint=param.description or None
        ) from None
    except (SchemaError, Unresolvable, re.error, RecursionError) as error:
        raise Invalid(
            f"Invalid input for param {name}: {error}",
            field="conf",
            hint=f"The schema of {name!r} in the DAG file is at fault, not the conf.",
        ) from None


def _reads_as_moment(value: object) -> bool:
    """Whether it is a date and time in another form of ISO 8601, which Airflow 2 warns of but takes."""
    if not isinstance(value, str) or len(value) < len("2026-01-01T00"):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
