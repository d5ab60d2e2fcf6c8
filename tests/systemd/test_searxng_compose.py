"""The SearXNG that we ship is asked from this machine alone, in JSON, and reads no result pages."""

import re
from pathlib import Path

COMPOSE = Path("systemd/searxng-compose.yaml").read_text("utf-8")


def named_engines() -> set[str]:
    (listed,) = re.findall(r"keep_only: \[(.*)\]", COMPOSE)
    return {name.strip() for name in listed.split(",")}


# Their code says that they ask an official API (SearXNG 2026.8.22).
WITH_AN_API = {"mwmbl", "wikipedia", "mastodon users", "tootfinder"}


def test_only_engines_with_an_api_are_switched_on():
    assert named_engines() == WITH_AN_API
    assert set(re.findall(r"- name: (.+)", COMPOSE)) == named_engines()


def test_it_answers_in_json_and_to_this_machine_alone():
    assert "formats: [html, json]" in COMPOSE
    assert re.findall(r'- "(.*):8080"', COMPOSE) == ["127.0.0.1:8888"]


def test_its_secret_is_not_in_the_file():
    assert "${SEARXNG_SECRET:?" in COMPOSE
    assert "secret_key" not in COMPOSE
