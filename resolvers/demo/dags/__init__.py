"""The DAGs of the demo: a shop's data platform, by the teams that look after it."""

from collections.abc import Mapping

from resolvers.demo.blueprint import DagPlan
from resolvers.demo.dags.ingestion import INGESTION
from resolvers.demo.dags.machine_learning import MACHINE_LEARNING
from resolvers.demo.dags.maintenance import MAINTENANCE
from resolvers.demo.dags.reports import REPORTS

CATALOG: Mapping[str, DagPlan] = {plan.dag_id: plan for plan in (*INGESTION, *MACHINE_LEARNING, *REPORTS, *MAINTENANCE)}
