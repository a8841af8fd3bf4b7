"""Users, roles and permissions as Airflow's FAB auth manager stores them, alike in both generations."""

from collections.abc import Mapping

from sqlalchemy import MetaData, Table, select

from resolvers.metadata.columns import booleans, dates, integers, same, table, texts
from resolvers.metadata.generation import Expression, Link, Logical, Relation

_DATES = "last_login created_on changed_on"


def people_relations(tables: MetaData) -> tuple[Relation, ...]:
    """Return the relations of users, of roles, and of what a role permits; groups came with Airflow 3.

    Airflow 3 has them only where the FAB auth manager was installed. What FAB calls a permission view, one action on
    one resource, is the relation `permission`.
    """
    user = table(
        tables,
        "ab_user",
        integers("id login_count fail_login_count created_by_fk changed_by_fk"),
        texts("username email first_name last_name password"),
        booleans("active"),
        dates(_DATES),
    )
    role = table(tables, "ab_role", integers("id"), texts("name"))
    action = table(tables, "ab_permission", integers("id"), texts("name"))
    resource = table(tables, "ab_view_menu", integers("id"), texts("name"))
    permission = table(tables, "ab_permission_view", integers("id permission_id view_menu_id"))
    group = table(tables, "ab_group", integers("id"), texts("name label description"))
    between = {
        "user_role": table(tables, "ab_user_role", integers("id user_id role_id")),
        "user_group": table(tables, "ab_user_group", integers("id user_id group_id")),
        "group_role": table(tables, "ab_group_role", integers("id group_id role_id")),
    }
    role_permission = table(tables, "ab_permission_view_role", integers("id permission_view_id role_id"))
    return (
        Relation(
            "user",
            user,
            ("id",),
            {
                **same(f"id username email first_name last_name login_count fail_login_count {_DATES}"),
                "password_hash": "password",
                "is_active": "active",
                "created_by_id": "created_by_fk",
                "changed_by_id": "changed_by_fk",
            },
        ),
        Relation("role", role, ("id",), same("id name")),
        Relation("action", action, ("id",), same("id name")),
        Relation("resource", resource, ("id",), same("id name")),
        Relation(
            "permission",
            permission,
            ("id",),
            {
                "id": "id",
                "action_id": "permission_id",
                "resource_id": "view_menu_id",
                "action": Logical(_name_in(action, "permission_id"), ("permission_id",)),
                "resource": Logical(_name_in(resource, "view_menu_id"), ("view_menu_id",)),
            },
        ),
        Relation(
            "role_permission",
            role_permission,
            ("id",),
            {"id": "id", "role_id": "role_id", "permission_id": "permission_view_id"},
        ),
        Relation("group", group, ("id",), same("id name label description")),
        *(
            Relation(name, joined, ("id",), same(" ".join(column.name for column in joined.columns)))
            for name, joined in between.items()
        ),
    )


def _name_in(named: Table, number: str) -> Expression:
    """Return the name of what a column of the row gives the number of."""
    return lambda over: select(named.c.name).where(named.c.id == over.c[number]).scalar_subquery()


PEOPLE_LINKS: Mapping[tuple[str, str], Link] = {
    ("user", "roles"): Link("user_role", (("id", "user_id"),)),
    ("user", "groups"): Link("user_group", (("id", "user_id"),)),
    ("user_role", "role"): Link("role", (("role_id", "id"),)),
    ("user_group", "group"): Link("group", (("group_id", "id"),)),
    ("group", "roles"): Link("group_role", (("id", "group_id"),)),
    ("group_role", "role"): Link("role", (("role_id", "id"),)),
    ("role", "permissions"): Link("role_permission", (("id", "role_id"),)),
    ("role_permission", "permission"): Link("permission", (("permission_id", "id"),)),
}
