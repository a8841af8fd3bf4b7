"""The page about the settings tells of each what the code declares."""

from resolvers.settings import Settings
from tests.project.settings_page import PAGE, page


def test_the_page_about_settings_is_current() -> None:
    assert PAGE.read_text() == page(), "write it anew: python -m tests.project.settings_page"


def test_every_setting_is_explained() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
