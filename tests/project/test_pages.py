"""What README and docs show is there: queries of the schema, settings, files, commands."""

import json
import re
from pathlib import Path

import pytest
from graphql import parse, validate

from graph.schema import sdl, the_schema
from resolvers.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
OF_TESTS = {"TEST_MYSQL", "TEST_DOCUMENTS"}

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@every_page
def test_a_page_asks_what_the_schema_answers(page: Path) -> None:
    for document in re.findall(r"```graphql\n(.*?)```", page.read_text(), re.DOTALL):
        assert validate(the_schema(), parse(document)) == []


@every_page
def test_what_a_page_shows_as_json_is(page: Path) -> None:
    for told in re.findall(r"```json\n(.*?)```", page.read_text(), re.DOTALL):
        json.loads(told)


def test_the_schema_that_is_kept_is_the_one_that_is_served() -> None:
    written = (ROOT / "schema.graphql").read_text()

    assert written == sdl(the_schema()), "write it anew: airflow-graph schema > schema.graphql"


@every_page
def test_a_setting_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(rf"\b{PREFIX}([A-Z_]+[A-Z])\b", page.read_text()))

    assert named - OF_TESTS <= {name.upper() for name in Settings.model_fields}


@every_page
def test_what_a_page_links_to_exists(page: Path) -> None:
    for target, heading in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", page.read_text()):
        linked = page.parent / target if target else page
        assert linked.exists(), f"{page.name} links to {target}"
        assert not heading or heading in headings(linked), f"{page.name} links to {target}#{heading}"


def headings(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    told = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", one).lower().replace(" ", "-") for one in told}


def test_the_readme_leads_to_every_page() -> None:
    assert all(f"(docs/{page.name})" in README for page in PAGES if page.parent.name == "docs")


@pytest.mark.parametrize("name", ["demo", "test"])
def test_the_readme_has_one_command_for_each_thing_to_do(name: str) -> None:
    [command] = re.findall(rf"^<!-- {name} -->\n```sh\n(.*)\n```\n<!-- end -->$", README, re.MULTILINE)

    assert command.startswith("python3.11 -m venv .venv && ")
