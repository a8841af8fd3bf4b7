"""Which assets have been written since the DAGs that wait for them last ran."""

from resolvers.demo.blueprint import DagPlan
from resolvers.demo.dags import CATALOG


class AssetQueue:
    """What each DAG that runs after assets has yet to see before it runs again."""

    def __init__(self) -> None:
        self._seen: dict[str, set[str]] = {plan.dag_id: set() for plan in CATALOG.values() if plan.schedule.assets}

    def written(self, uri: str) -> list[DagPlan]:
        """Take note of an asset, and return the DAGs that have now seen all that they wait for."""
        ready = []
        for dag_id, seen in self._seen.items():
            plan = CATALOG[dag_id]
            if uri in plan.schedule.assets:
                seen.add(uri)
            if seen.issuperset(plan.schedule.assets):
                seen.clear()
                ready.append(plan)
        return ready
