"""What stands before every road to the graph: from where one may ask, and how often."""

from dataclasses import dataclass

from graph.http.origins import Origins
from graph.http.rates import Rates
from resolvers.service import Service


@dataclass(frozen=True)
class Gate:
    """From where one may ask, and how often."""

    origins: Origins
    rates: Rates

    @classmethod
    def of(cls, service: Service) -> "Gate":
        """Return the gate of a service, to be shared by all its roads: a caller is counted on all of them together."""
        return cls(Origins.of(service), Rates(service.settings))
