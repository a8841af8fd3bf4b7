"""The page of examples tells what the tests of the early dialects ask, and why an answer differs."""

from tests.project.examples_page import PAGE, page


def test_the_page_of_examples_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.project.examples_page"
