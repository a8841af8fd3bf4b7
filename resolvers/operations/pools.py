"""What can be done with pools: making, changing and deleting them."""

from resolvers.access.permissions import Permission
from resolvers.errors import Conflict, Invalid, NotFound
from resolvers.operations.audit import Audit
from resolvers.operations.given import NOT_GIVEN, NotGiven, given
from resolvers.operations.keys import PoolKey
from resolvers.operations.operation import operation
from resolvers.operations.work import Work

# The pool of every task that names none: Airflow makes it, and cannot do without it.
DEFAULT_POOL = "default_pool"

# What Airflow's columns hold.
NAME_LENGTH = 256
MOST_SLOTS, LEAST_SLOTS = 2**31 - 1, -(2**31)

_LIST = "pools lists the pools that there are."


@operation(needs=Permission.POOL_CREATE, audit=Audit("api.post_pool", "post_pool", "POST", ()))
def create_pool(
    work: Work, *, name: str, slots: int, description: str | None = None, include_deferred: bool = False
) -> PoolKey:
    """Make a pool of so many slots, -1 for no limit.

    With `include_deferred`, deferred task instances keep their slots. `Conflict` where the name is taken.
    """
    _refuse(name=name, slots=slots)
    _refuse_taken(work, name)
    work.insert(
        "pool",
        {"pool": name, "slots": slots, "description": description, "include_deferred": include_deferred},
    )
    return PoolKey(name)


@operation(needs=Permission.POOL_EDIT, audit=Audit("api.patch_pool", "patch_pool", "PATCH", ()))
def update_pool(
    work: Work,
    *,
    name: str,
    new_name: str | NotGiven = NOT_GIVEN,
    slots: int | NotGiven = NOT_GIVEN,
    description: str | NotGiven | None = NOT_GIVEN,
    include_deferred: bool | NotGiven = NOT_GIVEN,
) -> PoolKey:
    """Change a pool; what is not given stays.

    Task instances keep the name that they were made with, so that a pool under a new name begins
    empty. The default pool keeps its name.
    """
    _refuse(name=new_name, slots=slots)
    if work.find("pool", ("pool",), pool=name, lock=True) is None:
        raise no_pool(name)
    if new_name is not NOT_GIVEN and new_name != name:
        if name == DEFAULT_POOL:
            raise Invalid("Default Pool's name can't be modified", field="name")
        _refuse_taken(work, new_name)
    changed = given(pool=new_name, slots=slots, description=description, include_deferred=include_deferred)
    if changed:
        work.update("pool", changed, *work.where("pool", pool=name))
    return PoolKey(name if new_name is NOT_GIVEN else new_name)


@operation(needs=Permission.POOL_DELETE, audit=Audit("api.delete_pool", "delete_pool", "DELETE", ()))
def delete_pool(work: Work, *, name: str) -> PoolKey:
    """Delete a pool. Task instances that name it wait until there is one of that name again."""
    if name == DEFAULT_POOL:
        raise Invalid("Default Pool can't be deleted", field="name")
    if not work.delete("pool", *work.where("pool", pool=name)):
        raise no_pool(name)
    return PoolKey(name)


def no_pool(name: str) -> NotFound:
    """Return the refusal of a pool that is not there."""
    return NotFound(f"No pool named '{name}'.", field="name", hint=_LIST)


def _refuse(*, name: str | NotGiven, slots: int | NotGiven) -> None:
    if name is not NOT_GIVEN and len(name) > NAME_LENGTH:
        raise Invalid(
            f"A pool's name has {NAME_LENGTH} characters at most; this one has {len(name)}.",
            field="name",
            hint="Choose a shorter name.",
        )
    if slots is not NOT_GIVEN and not LEAST_SLOTS <= slots <= MOST_SLOTS:
        raise Invalid(
            f"A pool cannot have {slots} slots.", field="slots", hint=f"{MOST_SLOTS:,} is the most; -1 is no limit."
        )


def _refuse_taken(work: Work, name: str) -> None:
    if work.find("pool", ("pool",), pool=name) is not None:
        raise Conflict(f"There is a pool named '{name}' already.", field="name", hint="Change that one instead.")
