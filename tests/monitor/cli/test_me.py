"""Looking oneself up: a command that needs no district, and leaves nothing behind."""

import hashlib
import os
import re
import signal
import stat
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from monitor.app import Environment
from monitor.cli import me as module
from monitor.cli.me import DayMark, choose_sources
from monitor.db import private_folders
from monitor.db.private_folders import CHECK_FOLDER_PREFIX, make_check_folder
from monitor.demo import data as days
from monitor.demo.internet import Internet
from monitor.demo.server import WebServer
from monitor.demo.setup import StoryClock
from monitor.domain.errors import NotPermittedError
from monitor.domain.names.parsing import split_own_name
from monitor.domain.person import PersonName
from monitor.services.alert_feeds import FOREIGN_FEED
from monitor.services.quick_check import QuickCheckAnswers
from scrapers.crawl.throttle import WITHOUT_WAITS
from scrapers.http.fetch_limits import PATIENT_LIMITS
from scrapers.http.ssrf_guard import Dialer, resolve_nothing
from tests.monitor.cli.conftest import Said, run

MARIA = ("Maria Delgado", "--town", "Cedar Valley", "--school", "Maple Street Elementary School")
UNREACHED = re.compile(r"\d+ of \d+ sources could not be reached\. Is DNS up\?")


class Desk:
    """A machine of one's own: its cache, its memory, its clock, and an internet that may be off."""

    def __init__(self, folder: Path) -> None:
        self.memory, self.cache = folder / "memory", folder / "cache"
        self.memory.mkdir()
        self.clock = StoryClock(days.compute_sweep_time(2))
        self.variables = {"XDG_CACHE_HOME": str(self.cache), "TZ": "America/Chicago"}
        self.environment = Environment(
            clock=self.clock,
            dialer=Dialer(address_map={}, resolve=resolve_nothing),
            throttle=WITHOUT_WAITS,
            limits=PATIENT_LIMITS,
            variables=self.variables,
        )

    def sees(self, web: WebServer) -> None:
        """Reach the made-up internet, and its search engine by the environment."""
        self.variables["NAMESAKE_SEARXNG_URL"] = "http://searx.example"
        dialer = Dialer(address_map=web.build_address_map(), resolve=resolve_nothing)
        self.environment = replace(self.environment, dialer=dialer)

    def asks(self, *arguments: str, typed: str = "") -> Said:
        return run("me", *arguments, typed=typed, environment=self.environment)

    @property
    def mark(self) -> str:
        return (self.cache / "namesake" / "looked-up").read_text("ascii")


@pytest.fixture(autouse=True)
def work(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Hash without the work that the product asks for, and note how much that was."""
    asked, scrypt = [], hashlib.scrypt

    def hash_at_once(text: bytes, **told: Any) -> bytes:
        asked.append(told["n"])
        return scrypt(text, **{**told, "n": 2})

    monkeypatch.setattr(hashlib, "scrypt", hash_at_once)
    return asked


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    desk = Desk(tmp_path)
    monkeypatch.setattr(private_folders, "MEMORY_FOLDER", desk.memory)
    return desk


@pytest.fixture
def web(desk: Desk):
    with WebServer(Internet(), week=2, now=desk.clock.now) as server:
        desk.sees(server)
        yield server


def test_what_was_found_is_printed_and_written_to_a_page_of_ones_own(desk, web, tmp_path):
    page = tmp_path / "me.html"

    said = desk.asks(*MARIA, "--yes", "--html", str(page))

    assert said.code == 0
    assert re.match(r"Asking \d+ sources what anyone sees", said.err)
    assert "www[.]cedarvalley[.]example/staff/maria-delgado" in said.out
    assert UNREACHED.search(" ".join(said.out.split()))
    assert said.err.splitlines()[-1].endswith(str(page))
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert "maria-delgado" in page.read_text("utf-8").replace("<wbr>", "")


def test_nothing_is_left_but_the_page_and_the_mark_of_the_day(desk, web, tmp_path):
    desk.asks(*MARIA, "--yes", "--html", str(tmp_path / "me.html"))

    left = {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {Path("me.html"), Path("cache/namesake/looked-up")}
    assert list(desk.memory.iterdir()) == []


def test_without_a_place_for_it_the_page_lies_in_a_private_temporary_folder(
    desk, web, tmp_path, monkeypatch
):
    monkeypatch.setattr(module.tempfile, "tempdir", str(tmp_path))

    said = desk.asks(*MARIA, "--yes")

    (folder,) = tmp_path.glob("namesake-page-*")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert said.err.splitlines()[-1].endswith(str(folder / "namesake.html"))


def test_a_program_reads_the_same_as_json(desk, web):
    said = desk.asks(*MARIA, "--yes", "--json")

    assert said.code == 0
    assert said.json["name"] == "Maria Delgado"
    assert "://www.cedarvalley.example/staff/maria-delgado" in said.out
    assert "page" not in said.err


def test_without_a_network_one_sentence_says_so(desk):
    said = desk.asks(*MARIA, "--yes")

    assert said.code == 69
    assert UNREACHED.search(said.err)
    assert "Traceback" not in said.err


def test_sites_are_told_an_honest_name_without_an_address(desk, web):
    desk.asks(*MARIA, "--yes", "--html", str(desk.cache.parent / "me.html"))

    names = {dict(visit.headers)["user-agent"] for visit in web.visits}
    assert all(name.endswith("(a person looking themselves up)") for name in names)
    assert len(names) == 1


def test_who_does_not_say_that_it_is_their_name_asks_nothing(desk, web):
    for typed in ("n\n", "\n", ""):
        said = desk.asks(*MARIA, typed=typed)

        assert said.code == 77
        assert "answer y, or add --yes. No search was run." in said.err
    assert web.visits == []
    assert not desk.cache.exists()


def test_who_answers_yes_is_asked_nothing_more(desk):
    said = desk.asks(*MARIA, typed="y\n")

    assert "Are you Maria Delgado?" in said.out
    assert said.code == 69


TODAY = date(2026, 9, 21)
NAMED, JOHN = PersonName(given="María", family="Delgado"), PersonName(given="John", family="Smith")


@pytest.fixture
def mark(tmp_path: Path) -> DayMark:
    return DayMark(path=tmp_path / "namesake" / "looked-up")


def spend_day(mark: DayMark, name: PersonName, day: date = TODAY) -> str:
    with mark.claim_day(name, day) as spend:
        spend()
    return mark.path.read_text("ascii")


def test_one_name_a_day_and_another_on_the_next(mark):
    spend_day(mark, NAMED)

    with pytest.raises(NotPermittedError, match="one name a day"):
        spend_day(mark, JOHN)
    spend_day(mark, JOHN, TODAY + timedelta(days=1))


@pytest.mark.parametrize(
    "spelled",
    ["Maria Delgado", "maria  DELGADO", "Mariah Delgdo", "María Delgaddo", "Maria Degaldo"],
)
def test_a_near_spelling_is_no_second_name(mark, spelled):
    first = spend_day(mark, NAMED)

    assert spend_day(mark, split_own_name(spelled)) == first


def test_where_nothing_could_be_asked_the_name_of_the_day_is_not_spent(desk):
    assert desk.asks("Maria Delgado", "--yes").code == 69
    assert desk.asks("John Smith", "--yes").code == 69
    assert list(desk.cache.rglob("looked-up")) == []


def test_another_name_is_refused_before_anything_is_asked(desk, web):
    spend_day(DayMark.find(desk.variables), NAMED, desk.clock.at.date())

    refused = desk.asks("John Smith", "--yes")

    assert refused.code == 77
    assert "one name a day" in refused.sentence
    assert web.visits == []


def test_the_mark_of_the_day_tells_no_name(mark, work):
    first = spend_day(mark, NAMED)
    second = spend_day(mark, NAMED, TODAY + timedelta(days=1))

    assert re.fullmatch(r"2026-09-21 [0-9a-f]{32} [0-9a-f]{128}\n", first)
    assert set(first.split()) & set(second.split()) == set()
    # Whoever reads it cannot try many names.
    assert min(work) >= 1 << 15


def test_a_damaged_mark_counts_as_none(mark):
    spend_day(mark, NAMED)
    mark.path.write_bytes(b"\xff\x00 torn")

    spend_day(mark, JOHN)


def test_nicknames_and_former_names_are_asked_too(desk, web):
    said = desk.asks(*MARIA, "--yes", "--json", "--nickname", "Marita", "--former", "Quintanar")

    assert said.code == 0
    asked = unquote_plus(" ".join(f"{visit.path} {visit.query}" for visit in web.visits))
    assert "Maria Quintanar" in asked
    assert "Marita Delgado" in asked


def test_a_cache_that_cannot_be_written_is_one_sentence(desk):
    desk.cache.write_text("a file", "ascii")

    said = desk.asks("Maria Delgado", "--yes")

    assert said.code == 73
    assert "XDG_CACHE_HOME" in said.sentence or "check its disk and folder" in said.sentence


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (("Maria",), 65, "Give a first and a last name"),
        (("",), 65, "Give a first and a last name"),
        (("Maria Delgado", "--school", "x" * 101), 65, "at most 100 characters"),
        (("Maria Delgado", *("--handle", "rosa") * 21), 65, "at most 20 times"),
        (("Maria Delgado", "--html", "/nowhere/at/all.html"), 65, "is not a folder"),
    ],
)
def test_what_cannot_be_used_is_told_before_anything_is_asked(desk, arguments, code, sentence):
    said = desk.asks(*arguments, "--yes")

    assert said.code == code
    assert sentence in said.sentence
    assert not desk.cache.exists()


def test_a_feed_that_is_none_and_an_address_that_is_none_are_told(desk):
    feed = desk.asks("Maria Delgado", "--feed", "https://feeds.example/x", "--yes")
    own = desk.asks("Maria Delgado", "--own", "nothing", "--yes")

    assert (feed.code, own.code) == (65, 65)
    assert FOREIGN_FEED in feed.sentence
    assert "nothing is not the address of a profile or page" in own.sentence
    assert list(desk.memory.iterdir()) == []


def test_an_address_of_a_search_engine_that_is_none_is_told(desk):
    desk.variables["NAMESAKE_SEARXNG_URL"] = "somewhere"

    said = desk.asks("Maria Delgado", "--yes")

    assert said.code == 64
    assert "$NAMESAKE_SEARXNG_URL is not an address" in said.sentence


def test_keys_in_the_environment_add_their_sources(desk):
    answers = QuickCheckAnswers(name=PersonName(given="Maria", family="Delgado"))

    def list_tables() -> set[str]:
        chosen = choose_sources(answers, desk.variables)
        return {field for field in chosen.__struct_fields__ if getattr(chosen, field)}

    assert not {"brave", "searxng", "github", "alerts", "pages"} & list_tables()
    desk.variables |= {"NAMESAKE_BRAVE_KEY": "k", "NAMESAKE_GITHUB_TOKEN": "t"}
    assert {"brave", "github", "pages"} <= list_tables()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_what_was_found_by_then(desk, web, number):
    answered, handler = web.web, signal.getsignal(number)

    class Interrupting(Internet):
        def answer_request(self, asked):
            if asked.host == "searx.example":
                os.kill(os.getpid(), number)
            return answered.answer_request(asked)

    web.web = Interrupting()
    page = desk.cache.parent / "me.html"

    said = desk.asks(*MARIA, "--yes", "--html", str(page))

    assert said.code == 130
    assert "Stopped before the end." in said.err
    assert page.exists() != ("No source was checked by then." in said.err)
    assert list(desk.memory.iterdir()) == []
    assert signal.getsignal(number) is handler


def test_it_stops_by_itself_when_its_time_is_over(desk, web, monkeypatch):
    monkeypatch.setattr(module, "TIME_LIMIT_SECONDS", 0.0)

    said = desk.asks(*MARIA, "--yes")

    assert said.code == 69


def test_what_a_killed_check_left_goes_with_the_next_one_and_what_runs_stays(desk, tmp_path):
    now = desk.clock.now()
    old, young, foreign = (
        desk.memory / f"{CHECK_FOLDER_PREFIX}{name}" for name in ("old", "young", "link")
    )
    target = tmp_path / "someone"
    for folder, age in ((old, 2), (young, 0), (target, 2)):
        (folder / "state").mkdir(parents=True)
        moment = (now - timedelta(hours=age)).timestamp()
        os.utime(folder, (moment, moment))
    foreign.symlink_to(target)

    with make_check_folder(now) as folder:
        assert folder.parent == desk.memory
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    assert not old.exists()
    assert not folder.exists()
    assert young.exists()
    assert (target / "state").exists()


def test_without_a_place_in_memory_the_folder_is_a_temporary_one(desk, tmp_path, monkeypatch):
    monkeypatch.setattr(private_folders, "MEMORY_FOLDER", tmp_path / "none")
    monkeypatch.setattr(private_folders.tempfile, "tempdir", str(tmp_path))

    with make_check_folder(desk.clock.now()) as folder:
        assert folder.parent == tmp_path

    assert not folder.exists()
