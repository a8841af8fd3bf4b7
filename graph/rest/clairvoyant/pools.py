"""The command about pools."""

from graph.rest.clairvoyant.asking import Asked
from graph.rest.clairvoyant.command import Command, text
from graph.rest.clairvoyant.finding import all_of, one_of
from graph.rest.clairvoyant.tables import fancy_grid
from graph.rest.clairvoyant.told import Told, UsageError, said
from graph.rest.codec import Json, codec
from graph.types.pool import Pool
from resolvers.errors import Invalid
from resolvers.operations.pools import create_pool, delete_pool, update_pool

_POOL = codec(Pool, "name", "slots", "description")
_DEFAULT = "default_pool"


def _pool(asked: Asked) -> Told:
    """Show, set or delete a pool, the first of these that is asked for; else show all."""
    name, deleted = asked.text("get"), asked.text("delete")
    try:
        if name:
            return _shown(asked, name)
        if asked.text("cmd") == "set" or asked.text("set"):
            return _set(asked)
        if deleted:
            return _deleted(asked, deleted)
    except Invalid as invalid:
        return said(f"{invalid.detail}\n")
    return _table(*all_of(asked, _POOL, (), "id"))


def _shown(asked: Asked, name: str) -> Told:
    pool = one_of(asked, _POOL, pool=name)
    return _table(pool) if pool else said(f"Pool '{name}' doesn't exist\n")


def _set(asked: Asked) -> Told:
    name, slots = asked.text("pool_name"), asked.text("slot_count")
    # The original's documentation calls it by the shorter name, its code by the longer one.
    described = asked.text("pool_description") or asked.text("description")
    if asked.text("cmd") != "set" or not (name and slots and described):
        raise UsageError("argument -s/--set: expected 3 arguments")
    if not slots.lstrip("-").isdecimal():
        return said(f"Bad value for `slots`: {slots}\n")
    number = int(slots[:20])
    if one_of(asked, _POOL, pool=name):
        asked.session.run(update_pool, name=name, slots=number, description=described)
    else:
        asked.session.run(create_pool, name=name, slots=number, description=described)
    return _shown(asked, name)


def _deleted(asked: Asked, name: str) -> Told:
    pool = one_of(asked, _POOL, pool=name)
    if name == _DEFAULT:
        return said(f"{_DEFAULT} cannot be deleted\n")
    if pool is None:
        return said(f"Pool '{name}' doesn't exist\n")
    asked.session.run(delete_pool, name=name)
    return _table(pool)


def _table(*pools: Json) -> Told:
    rows = [(str(pool["name"]), str(pool["slots"]), str(pool["description"] or "")) for pool in pools]
    return said("\n" + fancy_grid(("Pool", "Slots", "Description"), rows) + "\n")


def _changes(asked: Asked) -> bool:
    return not asked.text("get") and any(asked.text(name) for name in ("cmd", "set", "delete"))


COMMANDS = (
    Command(
        "pool",
        "CRUD operations on pools",
        _pool,
        (
            text("cmd", "Only allowed value is set: sets pool name, slot count and description", silent=True),
            text("set", "Say cmd=set instead"),
            text("pool_name", "Name of the Pool", silent=True),
            text("slot_count", "Number of slots in the Pool", silent=True),
            text("pool_description", "Description of the Pool", silent=True),
            text("description", "The same", silent=True),
            text("get", "Get pool info"),
            text("delete", "Delete a pool"),
        ),
        _changes,
    ),
)
