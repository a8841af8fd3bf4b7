"""The queries that wait in GraphiQL's tabs in the demo: each finds something there, in either generation."""

from graph.examples.around import AROUND
from graph.examples.runs import RUNS

EXAMPLES = (*RUNS, *AROUND)
