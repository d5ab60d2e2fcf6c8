"""Setup: a starter configuration, and the state folder."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from monitor.cli.context import CliContext, pass_cli_context
from monitor.db.database import Database
from monitor.domain.email import is_single_address
from monitor.domain.errors import CannotWriteError
from monitor.services.health import check_search
from monitor.sources import build_sources, find_missing_keys
from scrapers.http.ssrf_guard import normalize_origin

CONFIG_TEMPLATE = """\
# Namesake's configuration. Paths are relative to this file. Secrets do not belong here: the
# password of the mail account comes from the systemd credential `smtp-password` or from
# $NAMESAKE_SMTP_PASSWORD. All keys are described in docs/operate.md.

state = "state"

[district]
id = {id}  # goes into Message-IDs: never change it
name = {name}
zone = {zone}
domains = [{domain}]  # only these addresses can be invited
contact = {contact}
reviewers = []

[mail]
sender = {sender}
reply_to = {contact}
# host = "smtp.example.org"  # without it, emails are written to the state folder

[portal]
address = {portal}  # where people open the pages: docs/portal.md

{search}
[sources.bluesky]
enabled = true

[[sources.fediverse]]  # one table per fediverse server; add those of your region
url = "https://mastodon.social"
canary = "@Mastodon"  # the server's own account, never a private person's

[sources.gitlab]

[sources.gravatar]  # asked only about people who agreed to it

[sources.sites]
own = true
"""
SEARCH_HEADER = """\
# Search engines find what no list of sites can: see Search in docs/operate.md. Without one, the
# main part of the policy is not done.
"""
NO_SEARCH_TABLES = """\
# [sources.brave]  # needs the key brave-key
# [sources.searxng]  # your own SearXNG: systemd/searxng-compose.yaml starts one
# url = "http://127.0.0.1:8888"
"""
BRAVE_TABLE = """\
[sources.brave]  # its key is the credential `brave-key` or $NAMESAKE_BRAVE_KEY
"""
SEARXNG_TABLE = """\
[sources.searxng]
url = {address}
allow_private = [{origin}]
"""
ALERTS_TABLE = """\
[sources.alerts]  # each person pastes the address of a free alert feed on their page
district_feeds = []  # feeds for the district's own name; anyone who reads this file can read them
"""
TABLES = {"brave": BRAVE_TABLE, "feeds": ALERTS_TABLE, "none": NO_SEARCH_TABLES}
DEFAULT_SEARXNG = "http://127.0.0.1:8888"
DOMAIN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")


@click.command()
@click.option("--name", help="Name of the district.")
@click.option("--domain", help="Domain of staff email addresses.")
@click.option("--zone", help="Its time zone, such as America/Chicago.")
@click.option("--contact", help="Email address of the contact person.")
@click.option(
    "--search",
    help="Search engine: brave, the address of your own SearXNG, feeds, or none (default).",
)
@pass_cli_context
def init(context: CliContext, /, **given: str | None) -> None:
    """Write a starter configuration, and create the state folder.

    Asks for each value that no option sets; for the search engine only if it asks for another
    value. Never changes an existing configuration.
    """
    exists = context.config_path.exists()
    if exists:
        context.output.print_line(f"{context.config_path} already exists. It was not changed.")
    else:
        _write_config(context.config_path, _fill_template(_collect_answers(given)))
    Database.create_or_open_folder(context.config.state).close()
    if not exists:
        sources = build_sources(context.config)
        missing_keys = find_missing_keys(sources, context.environment.variables)
        search = check_search(sources, missing_keys)
        context.output.print_line(f"{search.message} {search.remedy}".strip())
    context.output.print_line(
        f"Ready: configuration {context.config_path}, state {context.config.state}."
    )


def _collect_answers(given: Mapping[str, str | None]) -> dict[str, str]:
    answers = {}
    asks = any(given[name] is None for name in QUESTIONS if name != "search")
    for name, question in QUESTIONS.items():
        answer = given[name]
        if name == "search" and answer is None and not asks:
            answer = "none"
        answers[name] = (
            question.prompt_until_valid() if answer is None else question.parse_answer(answer)
        )
    return answers


def _fill_template(answers: Mapping[str, str]) -> str:
    words = re.findall(r"[a-z0-9]+", answers["name"].lower())
    filled_in = {
        **answers,
        "id": "-".join(words) or answers["domain"],
        "sender": f"Namesake <namesake@{answers['domain']}>",
        "portal": f"https://namesake.{answers['domain']}",
    }
    search = _build_search_tables(filled_in.pop("search"))
    quoted = {name: _quote_toml(text) for name, text in filled_in.items()}
    return CONFIG_TEMPLATE.format(**quoted, search=search)


def _build_search_tables(answer: str) -> str:
    if answer in TABLES:
        return SEARCH_HEADER + TABLES[answer]
    return SEARCH_HEADER + SEARXNG_TABLE.format(
        address=_quote_toml(answer), origin=_quote_toml(normalize_origin(answer))
    )


def _quote_toml(text: str) -> str:
    """Quote for TOML, whose strings are those of JSON but for DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_config(path: Path, text: str) -> None:
    draft = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, "utf-8")
        draft.replace(path)
    except OSError as error:
        reason = f"{path} cannot be written ({error.strerror}). Choose another path with --config."
        raise CannotWriteError(reason) from error


def _parse_name(answer: str) -> str:
    if not answer.strip():
        reason = "A district needs a name."
        raise click.BadParameter(reason)
    return answer.strip()


def _parse_domain(answer: str) -> str:
    domain = answer.strip().lower().removeprefix("@")
    if not DOMAIN.fullmatch(domain):
        reason = f"{answer!r} is not a domain such as district.example."
        raise click.BadParameter(reason)
    return domain


def _parse_contact(answer: str) -> str:
    if not is_single_address(answer.strip()):
        reason = f"{answer!r} is not a single email address."
        raise click.BadParameter(reason)
    return answer.strip()


def _parse_zone(answer: str) -> str:
    try:
        ZoneInfo(answer)
    except (KeyError, ValueError, OSError):
        reason = f"{answer!r} is not a time zone such as America/Chicago."
        raise click.BadParameter(reason) from None
    return answer


def _parse_search(answer: str) -> str:
    plain = answer.strip().lower()
    if plain in {"brave", "feeds", "none"}:
        return plain
    plain = DEFAULT_SEARXNG if plain == "searxng" else answer.strip().rstrip("/")
    if not normalize_origin(plain):
        reason = (
            f"{answer!r} is not brave, searxng, feeds, none, or an address like {DEFAULT_SEARXNG}."
        )
        raise click.BadParameter(reason)
    return plain


@dataclass(frozen=True, slots=True)
class SetupQuestion:
    prompt: str
    parse_answer: Callable[[str], str]
    default: str | None = None

    def prompt_until_valid(self) -> str:
        """Ask until the answer can be used."""
        answer: str = click.prompt(self.prompt, default=self.default, value_proc=self.parse_answer)
        return answer


QUESTIONS = {
    "name": SetupQuestion("Name of the district", _parse_name),
    "domain": SetupQuestion("Domain of staff email addresses", _parse_domain),
    "zone": SetupQuestion("Time zone", _parse_zone, "America/Chicago"),
    "contact": SetupQuestion("Email address of the contact person", _parse_contact),
    "search": SetupQuestion(
        "Search engine: brave, the address of your own SearXNG, feeds, or none",
        _parse_search,
        "none",
    ),
}
