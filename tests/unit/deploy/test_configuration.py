"""docs/configuration.md tells every setting, as the code has it."""

from deploy.configuration import FILE, page, sections
from schemas.descriptions import descriptions
from worker.settings import PREFIX, Settings


def test_the_page_is_what_the_settings_give() -> None:
    assert FILE.read_text(encoding="utf-8") == page(), "run `make configuration` and commit the result"


def test_every_setting_stands_on_the_page_once() -> None:
    listed = [name for _, names in sections() for name in names]
    assert sorted(listed) == sorted(Settings.model_fields)


def test_every_setting_has_a_heading_and_a_description() -> None:
    assert all(heading for heading, _ in sections())
    assert descriptions(Settings).keys() == Settings.model_fields.keys()
    assert all(descriptions(Settings).values())


def test_the_page_shows_the_names_of_the_environment() -> None:
    text = page()
    assert [name for name in Settings.model_fields if f"`{PREFIX}{name.upper()}`" not in text] == []
