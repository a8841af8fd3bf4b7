"""The page about Airflow's own clients tells of each method what the tests know of it."""

from tests.project.clients_page import PAGE, page
from tests.rest.client_calls import CALLS
from tests.rest.client_likeness import LIKENESS


def test_the_page_about_clients_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.project.clients_page"


def test_of_every_method_it_is_said_what_it_answers_on_airflow_3() -> None:
    assert set(LIKENESS) == set(CALLS)
    assert [name for name, likeness in LIKENESS.items() if not likeness.v2 and not likeness.three] == []
