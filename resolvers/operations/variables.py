"""What can be done with variables: setting, changing and deleting them."""

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.given import NOT_GIVEN, NotGiven, given
from resolvers.operations.keys import VariableKey
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

# What Airflow's column holds.
KEY_LENGTH = 250

_CREATED = Audit("api.variable.create", "post_variable", "POST", ())


@operation(needs=Permission.VARIABLE_CREATE, audit=_CREATED)
def set_variable(work: Work, *, key: str, value: str, description: str | None = None) -> VariableKey:
    """Give a variable this value and description, whether or not there is one of that key.

    One that is there is replaced as a whole, as by Airflow: it loses a description that is not given.
    """
    _refuse_long(key)
    former = work.find("variable", ("id", "team_name"), key=key, lock=True)
    if former is not None:
        work.delete("variable", *work.where("variable", key=key))
    _insert(work, key, value, description, team_name=None if former is None else former.team_name)
    return VariableKey(key)


@operation(needs=Permission.VARIABLE_CREATE, audit=_CREATED)
def create_variable(work: Work, *, key: str, value: str, description: str | None = None) -> VariableKey:
    """Make a variable; `Conflict` where the key is taken."""
    _refuse_long(key)
    if work.find("variable", ("id",), key=key) is not None:
        raise Conflict(f"There is a variable with the key '{key}' already.", field="key", hint="Change it instead.")
    _insert(work, key, value, description, team_name=None)
    return VariableKey(key)


@operation(needs=Permission.VARIABLE_EDIT, audit=Audit("api.variable.edit", "patch_variable", "PATCH", ()))
def update_variable(
    work: Work,
    *,
    key: str,
    value: str | NotGiven = NOT_GIVEN,
    description: str | NotGiven | None = NOT_GIVEN,
) -> VariableKey:
    """Change a variable's value or description; what is not given stays."""
    changed = given(description=description)
    if value is not NOT_GIVEN:
        changed |= _stored(work, value)
    if changed:
        found = work.update("variable", changed, *work.where("variable", key=key))
    else:
        found = work.find("variable", ("id",), key=key) is not None
    if not found:
        raise no_variable(key)
    return VariableKey(key)


@operation(needs=Permission.VARIABLE_DELETE, audit=Audit("api.variable.delete", "delete_variable", "DELETE", ()))
def delete_variable(work: Work, *, key: str) -> VariableKey:
    """Delete a variable."""
    if not work.delete("variable", *work.where("variable", key=key)):
        raise no_variable(key)
    return VariableKey(key)


def no_variable(key: str) -> NotFound:
    """Return the refusal of a variable that is not there."""
    return NotFound(
        f"No variable with the key '{key}'.",
        field="key",
        hint="variables lists those in the metadata database; there are none here of a secrets backend.",
    )


def _insert(work: Work, key: str, value: str, description: str | None, *, team_name: str | None) -> None:
    stored = {"key": key, "description": description, "team_name": team_name}
    work.insert("variable", {**stored, **_stored(work, value)})


def _stored(work: Work, value: str) -> dict[str, object]:
    """Return a value as Airflow stores it: a Fernet token, or text where there is no key."""
    text, is_encrypted = work.keys.encrypt(value)
    return {"val": text, "is_encrypted": is_encrypted}


def _refuse_long(key: str) -> None:
    if len(key) > KEY_LENGTH:
        raise Invalid(
            f"A variable's key has {KEY_LENGTH} characters at most; this one has {len(key)}.",
            field="key",
            hint="Choose a shorter key.",
        )
