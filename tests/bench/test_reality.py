"""Faults that are planted in made-up corpora and lists are counted, each where it belongs."""

import gzip
import json
from pathlib import Path

import pytest

from scrapers.models import Outcome, ParseResult, Trace, TraceKind
from scrapers.sites.catalog import load_own_catalog
from tests.bench.reality import (
    CRASHED,
    MISSED,
    REFUSED,
    SOURCE,
    TAKEN,
    WALLED,
    describe,
    find_commit,
    main,
    measure,
    report,
)
from tests.bench.reality_lists import compare_lists, is_list
from tests.bench.reality_pages import list_pages

WORDS = "<p>" + "Songs of the sea are sung by the shore at night. " * 20
ARTICLE = """<title>New band room</title><script type="application/ld+json">
{"@type": "NewsArticle", "author": {"@type": "Person", "name": "Pat Poser"},
 "publisher": {"@type": "Organization", "name": "Alpha", "sameAs": "https://x.example/a"}}
</script>"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "article.html").write_text(ARTICLE + WORDS)
    (folder / "same.html").write_text(ARTICLE + WORDS)
    (folder / "packed.html.gz").write_bytes(gzip.compress(f"<h1>Jane Doe</h1>{WORDS}".encode()))
    labels = {"https://alpha.example/7": {"file": "article.html", "author": "Robin Roe"}}
    (folder / "labels.json").write_text(json.dumps(labels))
    return folder


def read(monkeypatch: pytest.MonkeyPatch, corpus: Path, result: ParseResult) -> list[str]:
    monkeypatch.setattr(type(SOURCE), "parse_body", lambda *_: result)
    return [reading.fault for reading in measure([corpus])]


def found(**shown: object) -> ParseResult:
    trace = Trace(key="k", kind=TraceKind.PAGE, url="https://a.example", **shown)  # type: ignore[arg-type]  # by name
    return ParseResult(outcome=Outcome.FOUND, traces=(trace,))


def test_a_page_is_read_once_with_its_labels(corpus: Path) -> None:
    pages = list(list_pages(corpus))

    assert [page.place for page in pages] == ["article.html", "packed.html.gz"]
    assert pages[0].labels.url == "https://alpha.example/7"
    assert pages[0].labels.others == ("Robin Roe",)


def test_what_is_read_as_it_should_has_no_fault(corpus: Path) -> None:
    readings = measure([corpus])

    assert [reading.fault for reading in readings] == ["", ""]
    assert not [line for line in describe(readings) if "over the bar" in line]


@pytest.mark.parametrize(
    ("result", "fault"),
    [
        (found(name="Pat Poser"), TAKEN),
        (found(name="Robin Roe"), TAKEN),
        (found(name="Alpha"), TAKEN),
        (found(name="New band room", links=("https://x.example/a/",)), TAKEN),
        (found(name=""), MISSED),
        (found(name="Somebody else"), MISSED),
        (ParseResult(outcome=Outcome.UNREADABLE, note="page-of-site"), REFUSED),
        (ParseResult(outcome=Outcome.BLOCKED, note="captcha"), WALLED),
        (found(name="New band room"), ""),
    ],
)
def test_each_fault_is_known(
    monkeypatch: pytest.MonkeyPatch, corpus: Path, result: ParseResult, fault: str
) -> None:
    assert read(monkeypatch, corpus, result)[0] == fault


def test_a_crash_is_counted_and_ends_nothing(monkeypatch: pytest.MonkeyPatch, corpus: Path) -> None:
    def crash(*_: object) -> ParseResult:
        raise RecursionError

    monkeypatch.setattr(type(SOURCE), "parse_body", crash)
    readings = measure([corpus])

    assert [reading.fault for reading in readings] == [CRASHED, CRASHED]
    assert "  crashes: 2 (100.00%) <- over the bar" in list(describe(readings))


def test_lists_are_told_from_corpora_and_their_differences_are_listed(tmp_path: Path) -> None:
    entry = next(one for one in load_own_catalog().entries if one.name == "Geocaching")
    alike = {"name": "L", "uri_check": entry.uri_check, "m_code": entry.rule.m_code}
    for name, row in (("alike", {}), ("moved", {"m_code": 302}), ("marked", {"e_string": "zq"})):
        (tmp_path / name).mkdir()
        (tmp_path / name / "wmn-data.json").write_text(json.dumps({"sites": [alike | row]}))

    told = {name: list(compare_lists(tmp_path / name)) for name in ("alike", "moved", "marked")}

    assert is_list(tmp_path / "alike")
    assert not is_list(tmp_path)
    assert told["alike"][0].endswith("; 0 asked or answered differently")
    assert "Geocaching: they: missing is 302" in told["moved"][1]
    assert "Geocaching: 'zq'" in told["marked"][-1]


def test_an_engine_s_hosts_are_read_from_its_values(tmp_path: Path) -> None:
    engines = tmp_path / "searx/engines"
    engines.mkdir(parents=True)
    (engines / "kagi.py").write_text(
        "# https://comment.example\nabout = {'use_official_api': True}\nbase = 'https://kagi.com/x'"
    )

    assert "  kagi: kagi asks as we do; use_official_api: True" in list(compare_lists(tmp_path))


def test_what_is_known_is_said_before_the_next_folder_is_read(corpus: Path) -> None:
    empty = corpus.parent / "empty"
    empty.mkdir()
    lines = report([corpus, empty], ())

    assert [next(lines), next(lines)] == ["corpus: no checkout", "empty: no checkout"]
    for page in corpus.glob("*.html"):
        page.write_text("")
    assert next(lines) == "corpus is read"
    (empty / "late.html").write_text(f"<h1>Jane Doe</h1>{WORDS}")
    assert "empty: 1 pages" in " ".join(lines)


def test_folders_have_to_be_named(
    monkeypatch: pytest.MonkeyPatch, corpus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("NAMESAKE_REALITY", raising=False)
    with pytest.raises(SystemExit):
        main([])
    monkeypatch.setenv("NAMESAKE_REALITY", str(corpus))
    main([])

    assert "all: 2 pages" in capsys.readouterr().out
    assert find_commit(corpus / "nowhere") == ""
