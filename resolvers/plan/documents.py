"""The serialized DAGs that one reader has met, and the tasks and groups in them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from resolvers.access.permissions import Guard
from resolvers.plan.backend import Key
from resolvers.plan.steps import ListForm, Step
from resolvers.plan.writer import Row
from resolvers.serialized.dag import SerializedDag, UnreadableDagError
from resolvers.serialized.structure import Structure

# What is read of each serialized DAG; the guard is that of the entity decoded from it.
DOCUMENT_STEP = Step(
    relation="serialized_dag",
    guard=Guard(()),
    form=ListForm(()),
    columns=(((), "dag_id"), ((), "data"), ((), "data_compressed")),
    theirs=("dag_id",),
)


class Documents:
    """Serialized DAGs by id, each read and decoded once."""

    def __init__(self, fetch: Callable[[Sequence[str]], Iterable[Row]]) -> None:
        self._fetch = fetch
        self._dags: dict[str, SerializedDag | None] = {}

    def load(self, dag_ids: Sequence[str]) -> None:
        """Read those not read yet, in one statement."""
        missing = [dag_id for dag_id in dag_ids if dag_id not in self._dags]
        if not missing:
            return
        self._dags.update(dict.fromkeys(missing))
        for dag_id, data, compressed in self._fetch(missing):
            # One DAG that cannot be read must not hide the others: it has no tasks that we know of.
            with suppress(UnreadableDagError):
                self._dags[dag_id] = SerializedDag.from_columns(data, compressed)

    def things(self, relation: str, key: Key, columns: Sequence[str]) -> list[object]:
        """Return what a decoded relation has for a key: the DAG's id, then an id or a tuple of ids."""
        dag = self._dags.get(str(key[0]))
        if dag is None:
            return []
        if relation == "dag_definition":
            return [dag]
        if relation == "dag_structure":
            return [Structure(dag)]
        # The root group, which has no id, stands for the DAG itself.
        stored: Mapping[Any, object] = dag.tasks if relation == "task" else dag.task_groups
        by_id = {name: thing for name, thing in stored.items() if name is not None}
        if len(key) == 1:
            return list(by_id.values())
        wanted = key[1] if isinstance(key[1], tuple) else (key[1],)
        return [by_id[name] for name in wanted if name in by_id]
