"""Writes `docs/settings.md` from the settings themselves: `python -m tests.project.settings_page`."""

from enum import Enum
from pathlib import Path

from pydantic.fields import FieldInfo

from resolvers.settings import PREFIX, Settings

PAGE = Path(__file__).parents[2] / "docs" / "settings.md"

_HEAD = f"""# Settings

Each is an environment variable; the options of `airflow-graph serve` win over them. `airflow-graph check` says what
came of them all, and warns of variables that look like settings and are none. Lists are separated by commas.

This page is written by `python -m tests.project.settings_page` from the settings that the code declares.

| `{PREFIX}...` | Unless set | Meaning |
|---|---|---|
"""


def page() -> str:
    """Return the page as it should be."""
    # Where the metadata is, and who may ask, before what they may ask for.
    own = Settings.__annotations__
    fields = sorted(Settings.model_fields.items(), key=lambda told: told[0] not in own)
    rows = (f"| `{name.upper()}` | {_default(field)} | {_cell(field)} |" for name, field in fields)
    return _HEAD + "\n".join(rows) + "\n"


def _default(field: FieldInfo) -> str:
    match field.default:
        case None | ():
            return ""
        case bool(value):
            return f"`{str(value).lower()}`"
        case Enum() as member:
            return f"`{member.value}`"
        case tuple(values):
            return f"`{','.join(values)}`"
        case value:
            return f"`{value}`"


def _cell(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page())
