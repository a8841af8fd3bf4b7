"""What the stable API's operations on users and roles are called in the document, as in Airflow's own."""

from collections.abc import Mapping

from graph.rest.described import TEXT, Named, Schema, meaning, several
from graph.rest.stable import roles, users

_USER: Mapping[str, Schema] = {
    "update_mask": several({**TEXT, "enum": ["first_name", "last_name", "username", "email", "roles", "password"]})
}
_ROLE: Mapping[str, Schema] = {"update_mask": several({**TEXT, "enum": ["name", "actions"]})}
_NOTHING = meaning("An empty object.", {"type": "object"})

NAMES: Mapping[tuple[str, str], Named] = {
    ("GET", "/users"): Named("get_users", "User"),
    ("POST", "/users"): Named("post_user", "User", users.USER_JSON),
    ("GET", "/users/{username}"): Named("get_user", "User", users.USER_JSON),
    ("PATCH", "/users/{username}"): Named("patch_user", "User", users.USER_JSON, parameters=_USER),
    ("DELETE", "/users/{username}"): Named("delete_user", "User"),
    ("GET", "/roles"): Named("get_roles", "Role"),
    ("POST", "/roles"): Named("post_role", "Role", _NOTHING, required=("actions",)),
    ("GET", "/roles/{role_name}"): Named("get_role", "Role"),
    ("PATCH", "/roles/{role_name}"): Named("patch_role", "Role", roles.ROLE_JSON, parameters=_ROLE),
    ("DELETE", "/roles/{role_name}"): Named("delete_role", "Role"),
    ("GET", "/permissions"): Named("get_permissions", "Permission"),
}
