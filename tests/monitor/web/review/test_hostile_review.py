"""Nothing that a stranger, a person or another reviewer wrote is anything but text to IT."""

import csv
import json
import re
from hashlib import sha256
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from bs4 import BeautifulSoup

from monitor.domain.vocabulary import Decision, TokenScope
from reports.evidence_pack import COPIED, FINDINGS, MANIFEST, PAGES, REPORT
from tests.hostile_strings import ALL
from tests.monitor.services.world import Staff
from tests.monitor.web.inert import hidden, live
from tests.monitor.web.portal import OPERATOR, Guest, Portal, Seen
from tests.monitor.web.review.flagged import ANA, fake, several
from tests.monitor.web.review.planted import TEXTS, Planting, plain

PARTS = ("/review", "/review/early", "/review/district", "/review/audit", "/review/public-records")
CHOICES = (
    "kind",
    "severity",
    "state",
    "school",
    "taken",
    "age",
    "page",
    "action",
    "before",
    "case",
)
COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@pytest.fixture
def planting(portal: Portal, maria: Staff) -> Planting:
    (closed,) = several(portal, maria, 1)
    maria.rules(portal.world.state.cases.load_case(closed), Decision.UNSHARED)
    return Planting(portal, maria, portal.world.state.cases.load_case(closed))


def alive(seen: Seen, known: set[str]) -> list[str]:
    return [*live(seen.page, known), *hidden(seen.html)]


def test_planted_texts_are_inert_on_every_page_of_review(
    planting: Planting, ana: Guest, here: str, share
) -> None:
    places = (*PARTS, here, f"/review/several?case={fake(planting.maria).id}")
    wrong = []
    for first in share(range(len(TEXTS))):
        planting.plant(first)
        for place in places:
            seen = ana.get(place)
            assert seen.status == 200, place
            wrong += [(place, entry) for entry in alive(seen, {planting.address})]

    assert wrong == []


def test_planted_texts_are_inert_where_their_person_reads_what_it_did(
    planting: Planting, portal: Portal, ana: Guest, here: str, share
) -> None:
    maria, case = portal.signed_in(planting.maria.mail), fake(planting.maria)
    places = ("/me", "/me/data", "/me/data/seen", "/me/data/names", "/me/data/work")
    places = (*places, f"/me/findings/{case.finding_id}", f"/me/takedown/{case.id}")
    wrong = []
    for first in share(range(len(TEXTS))):
        planting.plant(first)
        known = {planting.address, *planting.own_addresses}
        for place in places:
            seen = maria.get(place)
            assert seen.status == 200, place
            wrong += [(place, entry) for entry in alive(seen, known)]

    assert wrong == []


def test_planted_texts_reach_programs_cleaned(planting: Planting, portal: Portal, share) -> None:
    mail, case = planting.maria.mail, fake(planting.maria)
    maria = portal.program(mail, TokenScope.OWN_READ)
    ana = portal.program(ANA, TokenScope.REVIEW_READ, TokenScope.REVIEW_OPEN)
    operator = portal.program(OPERATOR, TokenScope.OPERATE_READ)
    own = ("/me", "/me/findings", f"/me/findings/{case.finding_id}", "/me/cases?state=all")
    for first in share(range(len(TEXTS))):
        planting.plant(first)
        answers = [*map(maria.get, own), ana.get("/review/cases")]
        answers += [ana.post(f"/review/cases/{case.id}/open"), operator.get("/operate/health")]
        for answer in answers:
            text = answer.get_data(as_text=True)

            assert (answer.status_code, answer.mimetype) == (200, "application/json"), text
            assert text.isascii()
            assert text.isprintable()
        found = answers[2].json
        assert found
        reasons = (reason["sentence"] for reason in found["reasons_for"])
        for words in (found["title"], found["text"], *reasons):
            assert list(hidden(words)) == []
            assert list(live(BeautifulSoup(words, "lxml"), set())) == []


def test_what_is_typed_into_an_address_is_inert_and_finds_nobody(
    ana: Guest, here: str, share
) -> None:
    wrong = []
    for text in share(ALL):
        asked = dict.fromkeys(CHOICES, plain(text))
        for place in (*PARTS, "/review/several"):
            seen = ana.get(place, query_string=asked)
            wrong += [(place, text, entry) for entry in alive(seen, set())]
            wrong += [(place, text)] if seen.status not in {200, 303} else []
            wrong += [(place, text)] if seen.leads_to not in {"", "/review"} else []

    assert wrong == []


def test_what_is_typed_into_a_form_stays_in_it_or_is_kept_as_text(
    portal: Portal, maria: Staff, ana: Guest, here: str, share
) -> None:
    ref, wrong = fake(maria).id, []
    known = {portal.world.state.findings.load_finding(fake(maria).finding_id).portrait.url}
    deeds = ("/review/open", "/review/rule", "/review/undo", "/review/early")
    deeds = (*deeds, *(f"{here}/{word}" for word in ("take", "give-back", "note", "ask")))
    for text in share(ALL):
        typed = plain(text)
        fields = (
            "one",
            "case",
            "decision",
            "note",
            "case_id",
            "person_id",
            "reason",
            "seen",
            "remark",
            "question",
        )
        for place in deeds:
            seen = ana.post(place, **dict.fromkeys(fields, typed))
            wrong += [(place, text, entry) for entry in alive(seen, known)]
            leads = seen.leads_to in {"", "/review", "/review/early", f"/review/cases/{ref}"}
            wrong += [] if leads else [(place, text, seen.leads_to)]
        wrong += [(here, text, entry) for entry in alive(ana.get(here), known)]

    assert wrong == []


@pytest.mark.parametrize("whose", ["reviewer", "person"])
def test_planted_texts_are_inert_in_the_evidence(
    planting: Planting, ana: Guest, here: str, share, whose: str
) -> None:
    maria, ref = planting.portal.signed_in(planting.maria.mail), fake(planting.maria).id
    for first in share(range(len(TEXTS))):
        planting.plant(first)
        mine = whose == "person"
        seen = maria.get(f"/me/takedown/{ref}/pack") if mine else ana.post(f"{here}/pack")

        name = f'attachment; filename="evidence-{ref[:8]}.zip"'
        assert seen.headers["Content-Disposition"] == name
        with ZipFile(BytesIO(seen.response.data)) as zipped:
            files = {name: zipped.read(name) for name in zipped.namelist()}
        assert set(files) - {PAGES} == {REPORT, FINDINGS, COPIED, MANIFEST}
        _inert_report(files[REPORT].decode())
        assert files[FINDINGS].isascii()
        assert json.loads(files[FINDINGS])["reference"] == ref
        _inert_sheet(files[COPIED].decode())
        _true_manifest(files)


def _inert_report(report: str) -> None:
    page = BeautifulSoup(report, "lxml")
    # The report brings its own style sheet, and its policy lets nothing else in.
    assert [entry for entry in live(page, set()) if entry != "style"] == []
    assert len(page.find_all("style")) == 1
    assert list(hidden(report)) == []


def _inert_sheet(text: str) -> None:
    for row in csv.reader(StringIO(text.removeprefix("\ufeff"))):
        assert not any(cell.startswith(COMPUTED) for cell in row), row


def _true_manifest(files: dict[str, bytes]) -> None:
    listed = files[MANIFEST].decode().splitlines()
    assert all(re.fullmatch(r"[0-9a-f]{64}  [\w.-]+", line) for line in listed)
    told = {name: digest for digest, name in (line.split("  ") for line in listed)}
    del files[MANIFEST]
    assert told == {name: sha256(content).hexdigest() for name, content in files.items()}
