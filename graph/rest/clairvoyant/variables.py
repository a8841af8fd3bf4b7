"""The command about variables."""

import json

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import Command, box, text
from graph.rest.clairvoyant.finding import all_of, one_of
from graph.rest.clairvoyant.told import FailedError, Told, UsageError, said
from graph.rest.codec import codec
from graph.types.variable import Variable
from resolvers.errors import Problem
from resolvers.operations.variables import delete_variable, set_variable

_KEY = codec(Variable, "key")
_VALUE = codec(Variable, "key", "value")
_NO_FILES = (
    "Files of the server are neither read nor written for callers. Send the variables one by one with cmd=set; "
    "or, all at once, by GraphQL or the stable REST API."
)


def _variables(asked: Asked) -> Told:
    """Get, delete and set a variable, as far as asked for, in this order; else list all of them."""
    if asked.text("import") or asked.text("export"):
        raise FailedError(_NO_FILES)
    sets = asked.text("cmd") == "set"
    if asked.text("set") and not sets:
        raise UsageError("argument -s/--set: expected 2 arguments")
    # Only the key is sure to be no more than a name: a value may begin or end with what looks like nothing.
    key, value = asked.text("key"), asked.parameters.get("value")
    if sets and not (key and value):
        raise UsageError("argument -s/--set: expected 2 arguments")
    told = ""
    if named := asked.text("get"):
        told = _got(asked, named)
    # Airflow says nothing of one that is not there.
    if (deleted := asked.text("delete")) and one_of(asked, _KEY, key=deleted):
        asked.session.run(delete_variable, key=deleted)
    if sets:
        asked.session.run(set_variable, key=key, value=value)
    if not (named or deleted or sets):
        told = "".join(f"{variable['key']}\n" for variable in all_of(asked, _KEY, (), "key"))
    return said(told)


def _got(asked: Asked, key: str) -> str:
    """Return a variable's value as Python prints it, or the default where there is no such variable."""
    found = one_of(asked, _VALUE, key=key)
    if found is None:
        return f"{asked.parameters.get('default') or None}\n"
    value = found["value"]
    if isinstance(value, Problem):
        raise value
    if not asked.flag("json"):
        return f"{value}\n"
    try:
        return f"{json.loads(str(value))}\n"
    except (ValueError, RecursionError) as error:
        return f"{error}\n"


def _changes(asked: Asked) -> bool:
    return any(asked.text(name) for name in ("cmd", "set", "delete", "import", "export"))


COMMANDS = (
    Command(
        "variables",
        "CRUD operations on variables",
        _variables,
        (
            text("cmd", "Only allowed value is set: sets a variable, by key and value", silent=True),
            text("set", "Say cmd=set instead"),
            text("key", "Name of the variable", silent=True),
            text("value", "Value of the variable", silent=True),
            text("get", "Get value of a variable"),
            box("json", "Deserialize JSON variable"),
            text("default", "Default value returned if variable does not exist"),
            text("import", "Import variables from JSON file: refused here"),
            text("export", "Export variables to JSON file: refused here"),
            text("delete", "Delete a variable"),
        ),
        _changes,
    ),
)
