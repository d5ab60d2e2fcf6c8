"""Look yourself up, on this machine and without a district; nothing is kept.

The same questions, rules and manners as the service, in a folder that is gone at the end. It is the
only program that works there; the pauses of hosts are those of the whole machine.
"""

import hashlib
import os
import resource  # noqa: F401 - a system without it asks nobody, and says so first
import secrets
import signal
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import click

from monitor.app import App, Environment, create_state_folder, open_app
from monitor.app.sources import list_engine_titles, parse_engine_origin
from monitor.cli.check import show_progress
from monitor.cli.context import CliContext, Output, escape_controls
from monitor.config.sections import (
    AlertFeedsConfig,
    BraveConfig,
    Config,
    DistrictConfig,
    FediverseServerConfig,
    MailConfig,
    PageSourcesConfig,
    ProfileApiConfig,
    SearchEngineConfig,
    SearxNGConfig,
    SourcesConfig,
    StackExchangeConfig,
    is_known_time_zone,
    read_secret,
)
from monitor.db.atomic_files import write_private_file
from monitor.db.private_folders import make_check_folder
from monitor.domain.errors import (
    INTERRUPTED_EXIT_CODE,
    CannotWriteError,
    ConfigError,
    InputError,
    NotPermittedError,
    UnavailableError,
)
from monitor.domain.names.normalize import squash_text
from monitor.domain.names.parsing import split_own_name
from monitor.domain.person import Person, PersonName
from monitor.scheduler.daemon import stop_on_signals
from monitor.services.due_jobs import stop_running_sweep
from monitor.services.quick_check import (
    QuickCheckAnswers,
    add_own_person,
    build_quick_check_view,
    list_asked_handles,
    run_quick_check,
)
from reports.quick_check import QuickCheckView, render_quick_check_page, render_quick_check_text
from reports.reason_rendering import render_reason

SEARXNG_VARIABLE: Final = "NAMESAKE_SEARXNG_URL"
SEARXNG_EXAMPLE: Final = "http://127.0.0.1:8888"
MAX_TEXT: Final = 100
MAX_ENTRIES: Final = 20
TIME_LIMIT_SECONDS: Final = 270.0
POLL_SECONDS: Final = 0.2
SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# With a token GitHub allows 5,000 requests an hour; without one, its 60 would take too long here.
GITHUB_SECONDS: Final = 1.0
# What is left out, doubled or changed where a name is misspelled.
SOFT_LETTERS: Final = frozenset("aeiouyhw")


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMark:
    """A file that holds a day and a slow salted hash of the name that was looked up on it.

    It reminds people what the command is for. It cannot stop who deletes it.
    """

    path: Path

    @classmethod
    def find(cls, variables: Mapping[str, str]) -> "DayMark":
        cache = variables.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        return cls(path=Path(cache) / "namesake" / "looked-up")

    @contextmanager
    def claim_day(self, name: PersonName, today: date) -> Iterator[Callable[[], None]]:
        """Allow one name a day; it is spent only if the block calls what it gets.

        Raises NotPermittedError for a second one.
        """
        try:
            words = self.path.read_text("ascii").split()
        except (OSError, UnicodeDecodeError):
            words = []
        day, salt, marked = (words[0], words[1], words[2]) if len(words) == 3 else ("", "", "")  # noqa: PLR2004 - the three words of a mark
        if day == today.isoformat() and salt:
            if not secrets.compare_digest(marked, _hash_name(name, salt)):
                raise NotPermittedError(
                    "Another name was looked up today. `namesake me` is for looking yourself up, "
                    "so it takes one name a day. Try again tomorrow."
                )
            yield lambda: None
            return
        salt = secrets.token_hex(16)
        mark = f"{today.isoformat()} {salt} {_hash_name(name, salt)}\n"
        try:
            self.path.parent.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise CannotWriteError(
                f"{self.path} cannot be written ({error.strerror}). "
                "Set $XDG_CACHE_HOME to a folder of yours."
            ) from error
        # It is there while sources are asked, so that no second run takes another name meanwhile.
        write_private_file(self.path, mark.encode())
        spent = threading.Event()
        try:
            yield spent.set
        finally:
            if not spent.is_set():
                self.path.unlink(missing_ok=True)


def _hash_name(name: PersonName, salt: str) -> str:
    """Take a tenth of a second, so that whoever reads the file cannot try many names."""
    text = " ".join(map(_sketch_word, (name.given, name.family))).encode("utf-8", "replace")
    return hashlib.scrypt(text, salt=salt.encode(), n=1 << 15, r=8, p=1, maxmem=1 << 26).hex()


def _sketch_word(word: str) -> str:
    """Keep what near spellings of a name share: its first letter, and which consonants it has."""
    letters = squash_text(word)
    return letters[:1] + "".join(sorted({*letters[1:]} - SOFT_LETTERS))


def look_oneself_up(
    context: CliContext,
    name: str,
    page: Path | None,
    *,
    is_own_name: bool,
    as_json: bool,
    **given: tuple[str, ...] | str,
) -> None:
    answers = _read_answers(name, given)
    if page is not None and not page.parent.is_dir():
        raise InputError(f"{page.parent} is not a folder. Choose another place with --html.")
    _confirm_own_name(answers.name, is_own_name=is_own_name)
    stopping = threading.Event()
    view = _run_check(context.environment, answers, stopping)
    if not stopping.is_set():
        _show_result(view, page, as_json=as_json)
        return
    _print_status("Stopped before the end.")
    if view.is_empty:
        _print_status("No source was checked by then.")
    else:
        _show_result(view, page, as_json=as_json)
    raise click.exceptions.Exit(INTERRUPTED_EXIT_CODE)


def _run_check(
    environment: Environment, answers: QuickCheckAnswers, stopping: threading.Event
) -> QuickCheckView:
    """Ask, in a folder that is gone when this returns."""
    zone, now = _find_zone(environment.variables), environment.clock.now()
    sources = choose_sources(answers, environment.variables)
    today, mark = now.astimezone(ZoneInfo(zone)).date(), DayMark.find(environment.variables)
    with (
        mark.claim_day(answers.name, today) as spend_day,
        stop_on_signals(stopping, SIGNALS),
        make_check_folder(now) as folder,
    ):
        # Configure a district of one; it sends no email and has no portal.
        config = Config(
            state=folder / "state",
            district=DistrictConfig(
                id="me",
                name=answers.school,
                zone=zone,
                domains=(),
                places=answers.places,
                contact="",
            ),
            mail=MailConfig(sender="Namesake <me@namesake.invalid>"),
            sources=sources,
        )
        create_state_folder(config)
        with open_app(config, environment) as app:
            person = add_own_person(app, answers)
            _announce_check(app, person)
            with _stop_in_time(app, stopping), show_progress(Output(zone)) as watch:
                sweep = run_quick_check(app, person.id, watch)
            view = build_quick_check_view(app, sweep)
            if not view.is_empty:
                spend_day()
            return view


def _read_answers(name: str, given: Mapping[str, tuple[str, ...] | str]) -> QuickCheckAnswers:
    """Check what was typed. Raises InputError."""
    lists = {key: tuple(texts) for key, texts in given.items() if isinstance(texts, tuple)}
    own_name, school = split_own_name(name), str(given["school"]).strip()
    if not (own_name.given and own_name.family):
        raise InputError('Give a first and a last name in quotes, such as "Maria Delgado".')
    named = (*lists["nicknames"], *lists["formers"])
    for text in (name, school, *named, *lists["towns"], *lists["handles"]):
        if len(text) > MAX_TEXT:
            reason = f"Use at most {MAX_TEXT} characters for a name, town, school or handle."
            raise InputError(reason)
    if any(len(entries) > MAX_ENTRIES for entries in lists.values()):
        raise InputError(f"Give each option at most {MAX_ENTRIES} times.")
    return QuickCheckAnswers(
        name=replace(
            own_name,
            nicknames=_strip_texts(lists["nicknames"]),
            former_families=_strip_texts(lists["formers"]),
        ),
        school=school,
        places=_strip_texts(lists["towns"]),
        handles=_strip_texts(lists["handles"]),
        own=lists["own"],
        feeds=lists["feeds"],
    )


def _strip_texts(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, texts)))


def _confirm_own_name(name: PersonName, *, is_own_name: bool) -> None:
    question = f"This is for looking yourself up. Are you {escape_controls(name.full_name)}?"
    try:
        confirmed = is_own_name or click.confirm(question)
    except click.Abort:  # Ctrl-C, or no one there to answer
        confirmed = False
    if not confirmed:
        raise NotPermittedError(
            "`namesake me` is for looking yourself up: answer y, or add --yes. No search was run."
        )


def _find_zone(variables: Mapping[str, str]) -> str:
    """Return this machine's time zone, UTC where it names none."""
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    named = (variables.get("TZ", "").removeprefix(":"), linked)
    return next((entry for entry in named if entry and is_known_time_zone(entry)), "UTC")


def choose_sources(answers: QuickCheckAnswers, variables: Mapping[str, str]) -> SourcesConfig:
    """Choose what needs no key, and what the environment has a key or an address for."""
    searxng = _build_searxng_config(variables.get(SEARXNG_VARIABLE, ""))
    brave = BraveConfig() if read_secret("brave-key", variables) else None
    token = read_secret("github-token", variables)
    reads_pages = bool(answers.own or searxng or brave)
    return SourcesConfig(
        alerts=AlertFeedsConfig() if answers.feeds else None,
        brave=brave,
        searxng=searxng,
        gdelt=SearchEngineConfig(),
        github=ProfileApiConfig(seconds_between=GITHUB_SECONDS) if token else None,
        gitlab=ProfileApiConfig(),
        stack_exchange=StackExchangeConfig(),
        fediverse=(FediverseServerConfig(url="https://mastodon.social", canary="@Mastodon"),),
        pages=PageSourcesConfig() if reads_pages else None,
    )


def _build_searxng_config(address: str) -> SearxNGConfig | None:
    if not address:
        return None
    origin = parse_engine_origin(address.rstrip("/"))
    if not origin:
        raise ConfigError(f"${SEARXNG_VARIABLE} is not an address like {SEARXNG_EXAMPLE}.")
    return SearxNGConfig(url=address.rstrip("/"), allow_private=(origin,))


def _announce_check(app: App, person: Person) -> None:
    handles = ", ".join(list_asked_handles(app, person))
    engines = ", ".join(list_engine_titles(app.sources))
    work = " and ".join(filter(None, (person.school, *person.places)))
    _print_status(
        f"Asking {len(app.sources)} sources what anyone sees without signing in. They learn that "
        f"someone looks for {person.name.full_name} or the handles {handles}."
    )
    if work:
        _print_status(f"Search engines also learn {work}: {engines}.")
    _print_status("This takes one to five minutes. Ctrl-C stops it and shows what it found.")


def _print_status(sentence: str) -> None:
    """Print to standard error, since a program may read the result."""
    click.echo(escape_controls(sentence), err=True)


@contextmanager
def _stop_in_time(app: App, stopping: threading.Event) -> Iterator[None]:
    """Stop the crawl at the time limit, or when someone asks; not in a signal handler's midst."""
    ended = threading.Event()

    def wait_and_stop() -> None:
        for _ in range(int(TIME_LIMIT_SECONDS / POLL_SECONDS)):
            if stopping.wait(POLL_SECONDS) or ended.is_set():
                break
        if not ended.is_set():
            stop_running_sweep(app)

    threading.Thread(target=wait_and_stop, daemon=True).start()
    try:
        yield
    finally:
        ended.set()


def _show_result(view: QuickCheckView, page: Path | None, *, as_json: bool) -> None:
    """Print what was found, and write the page. Raises UnavailableError if nothing answered."""
    if view.is_empty:
        raise UnavailableError(
            render_reason(view.trouble) if view.trouble else "No source could be checked."
        )
    output = Output(view.zone)
    if as_json:
        output.print_json(view)
    else:
        output.print_line(f"\n{render_quick_check_text(view)}")
    if as_json and page is None:
        return
    path = page or _make_page_folder() / "namesake.html"
    write_private_file(path, render_quick_check_page(view).encode())
    _print_status(f"The same as a page, which only you can read; delete it later: {path}")


def _make_page_folder() -> Path:
    try:
        return Path(tempfile.mkdtemp(prefix="namesake-page-"))
    except OSError as error:
        reason = f"The page cannot be written ({error.strerror}). Choose a place with --html."
        raise CannotWriteError(reason) from error
