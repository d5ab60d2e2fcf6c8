"""The benchmark's web is the same each time, and what programs say of it is counted fairly."""

from pathlib import Path

import pytest

from tests.bench.benchmark import HEADINGS, Run, build_page, build_row, score
from tests.bench.benchmark_page import DRAWING, PAGE, write_page
from tests.bench.benchmark_peers import MAIGRET, NAMINTER, PEERS, SHERLOCK, Peer, Verdict
from tests.bench.benchmark_web import (
    CLOSED,
    Manner,
    Plan,
    Trouble,
    WebProtocol,
    draw_plan,
    list_floor,
    load_plan,
)

SITES = 200
PLAN = draw_plan(SITES, names=1, seed=7)
(NAME,) = PLAN.names


def test_the_same_seed_draws_the_same_web_and_a_file_keeps_it(tmp_path: Path) -> None:
    PLAN.save(tmp_path / "plan.json")

    assert draw_plan(SITES, names=1, seed=7) == PLAN == load_plan(tmp_path / "plan.json")
    assert draw_plan(SITES, names=1, seed=8) != PLAN


def test_each_trouble_is_on_some_site_and_most_sites_have_none() -> None:
    troubles = [site.trouble for site in PLAN.sites]

    assert set(troubles) == set(Trouble)
    assert troubles.count(Trouble.NONE) == 180
    assert len({site.host for site in PLAN.sites}) == SITES


def test_a_healthy_site_shows_who_is_there_and_who_is_not() -> None:
    protocol = WebProtocol(PLAN)
    healthy = [one_site for one_site in PLAN.sites if one_site.trouble is Trouble.NONE]
    for site in healthy:
        known = protocol.build_answer(site, f"/u/{site.known_account}")
        absent = protocol.build_answer(site, "/u/nobody")
        assert known.startswith(b"HTTP/1.1 200 ")
        assert site.present_words.encode() in known
        assert site.present_words.encode() not in absent
        if site.manner is Manner.REDIRECT:
            assert absent.startswith(b"HTTP/1.1 302 ")
        else:
            assert site.missing_words.encode() in absent


def test_three_requests_in_turn_take_longer_than_one_and_patience_counts() -> None:
    one, three = list_floor(PLAN, 1, 10.0), list_floor(PLAN, 3, 10.0)

    assert len(one) == len(three) == SITES
    assert all(early <= late for early, late in zip(one, three, strict=True))
    assert max(one) == 10.0


def tell_truth(plan: Plan) -> dict[str, Verdict]:
    return {
        site.name: Verdict.FOUND if site.number in plan.present[NAME] else Verdict.MISSING
        for site in plan.sites
        if site.is_open
    }


def test_the_truth_is_right_everywhere_where_one_can_know() -> None:
    counts = score(PLAN, Run(title="Truth", version="1", verdicts=tell_truth(PLAN)))

    closed = sum(site.trouble in CLOSED for site in PLAN.sites)
    assert counts == {"right": SITES - closed, "unknowable": closed}


def test_claims_where_no_one_can_know_are_counted_apart() -> None:
    said = {site.name: Verdict.FOUND for site in PLAN.sites}
    counts = score(PLAN, Run(title="Bold", version="1", verdicts=said))
    meek = {site.name: Verdict.MISSING for site in PLAN.sites}
    others = score(PLAN, Run(title="Meek", version="1", verdicts=meek))

    present = sum(site.is_open and site.number in PLAN.present[NAME] for site in PLAN.sites)
    assert counts == {"right": present, "false alarm": SITES - present}
    assert others["missed"] == present
    assert others["called missing"] == sum(site.trouble in CLOSED for site in PLAN.sites)


@pytest.mark.parametrize(
    ("peer", "line", "verdict"),
    [
        (SHERLOCK, "[+] Site0001: http://127.1.0.2:8000/u/rosa", Verdict.FOUND),
        (SHERLOCK, "[-] Site0001: Not Found!", Verdict.MISSING),
        (MAIGRET, "[+] Site0001: http://127.1.0.2:8000/u/rosa", Verdict.FOUND),
        (MAIGRET, "[-] Site0001: Not found!", Verdict.MISSING),
        (MAIGRET, "[?] Site0001: Request timeout", Verdict.UNKNOWN),
    ],
)
def test_what_a_program_says_of_a_site_is_read(peer: Peer, line: str, verdict: Verdict) -> None:
    assert peer.read_line(line) == ("Site0001", verdict)
    assert peer.read_line("[*] Checking username rosa on:") is None


@pytest.mark.parametrize("peer", PEERS)
def test_each_program_is_pinned_and_gets_every_site(peer: Peer, tmp_path: Path) -> None:
    command = peer.build_command(tmp_path, PLAN)
    catalog = (tmp_path / "catalog.json").read_text("utf-8")

    assert peer.version != "unknown"
    assert "--hash=sha256:" in peer.requirements.read_text("utf-8")
    assert NAME in command
    assert all(f"{site.base_url}/u/" in catalog for site in PLAN.sites)


def test_a_program_that_cannot_run_is_named_in_the_table_with_the_reason(tmp_path: Path) -> None:
    for folder in ("images", "developers"):
        (tmp_path / folder).mkdir()
    ours = Run(title="Namesake", version="1", verdicts=tell_truth(PLAN), seconds=[0.5, 1.0, 2.0])
    away = Run(title=NAMINTER.title, version="9", fault="Naminter 9 could not be installed: no")

    page = build_page(PLAN, (ours, away))
    table = write_page(page, HEADINGS, tmp_path)

    assert "| Naminter 9 | Naminter 9 could not be installed: no |" in table
    assert build_row(PLAN, ours)[1:3] == ("2.0 s", "2.0 s")
    drawn = (tmp_path / DRAWING).read_text("utf-8")
    assert all(f">{title}<" in drawn for title in ("Namesake", "floor, one request"))
    assert "Naminter" not in drawn
    assert table in (tmp_path / PAGE).read_text("utf-8")
