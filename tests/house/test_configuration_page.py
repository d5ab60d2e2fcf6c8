"""docs/configuration.md says what the program reads, no more and no less."""

from msgspec.structs import fields

from docs.configuration import FILE, build_page
from monitor.config.sections import Config, SourcesConfig


def test_the_page_of_the_configuration_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == build_page(), "renew it: make sources"


def test_the_page_has_every_table() -> None:
    told = build_page()

    assert all(f"`{field.name}`" in told or f"[{field.name}]" in told for field in fields(Config))
    assert all(f"sources.{field.name}]" in told for field in fields(SourcesConfig))


def test_a_key_says_what_it_takes_and_what_goes_without_it() -> None:
    told = build_page()

    assert "| `port` | number, 1 to 65535 | `587` |" in told
    assert "| `per_day` | number, 1 or more |  |" in told
    assert '| `security` | `"starttls"` or `"tls"` or `"relay"` | `"tls"` |' in told
    assert "| `accounts` | a list of tables with `name`, `address` |  |" in told
