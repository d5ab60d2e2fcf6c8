"""What every surface has to count alike: emails, pages, lists and the desk of IT."""

import re
from collections import Counter

from monitor.app import App
from monitor.db.review_index import ReviewFilter
from monitor.domain.person import Reviewer
from monitor.domain.vocabulary import CaseBin, FindingGroup
from monitor.services.digests import build_digest_view
from monitor.services.disclosure import disclose_cases
from monitor.services.district import build_district_view
from monitor.services.findings import build_home_view, count_findings, list_findings
from monitor.services.review import build_review_digest
from monitor.services.visible_cases import (
    count_review_cases,
    list_queue_rows,
    list_review_openings,
    load_queue_page,
)
from reports.emails.digest import arrange_sections, render_digest
from tests.cases import build_cards


def check_personal_counts(app: App, person_id: str) -> None:
    """Compare the next digest with home, the list of results, and the page to answer."""
    digest, home = build_digest_view(app, person_id), build_home_view(app, person_id)
    groups = count_findings(list_findings(app, person_id))
    cards = [card for card in build_cards(app, person_id) if card.is_asked]
    subject = render_digest(digest).subject

    assert (digest.needs_you, digest.to_sort) == (home.needs_you, home.to_sort)
    cases = disclose_cases(app, app.db.people.load_person(person_id))
    asking = {case.id for case in cases if case.is_undecided and case.bin is CaseBin.NEEDS_YOU}
    assert sum(not card.case for card in cards) == home.to_sort
    assert {card.case.id for card in cards if card.case} <= asking
    assert bool(groups[FindingGroup.NEEDS_YOU]) is bool(home.needs_you or home.to_sort)
    # The body lists each, or says how many more there are.
    body = arrange_sections(digest)
    going = sum(case.next_step is not None for case in cases)
    assert (
        body.cases.total + body.waiting.total
        == going
        == len(cases) - sum(bool(case.end) for case in cases)
    )
    assert body.asked == home.to_sort
    needing = re.search(r"(\d+) things? needs? you", subject)
    first = 1 if home.cases else home.exposure_count or 1
    shown = first + home.others_count if home.needs_you else 0
    assert int(needing[1] if needing else 0) == shown
    if home.needs_you or home.to_sort or home.misreported:
        assert "all quiet" not in subject
    assert {case.id for case in digest.misreported} == {case.id for case in home.misreported}


def check_desk_counts(app: App) -> None:
    """Compare each reviewer's email with their queue, feed, figures and what a program lists."""
    for address in app.config.district.reviewers:
        reviewer = Reviewer(address=address)
        counts = {
            one_bin: load_queue_page(app, reviewer, ReviewFilter(bins=(one_bin,)), 1).total
            for one_bin in CaseBin
        }
        told = build_review_digest(app, address)
        assert (told.waiting, told.going) == (
            counts[CaseBin.NEEDS_YOU],
            counts[CaseBin.IN_PROGRESS],
        )
        assert build_district_view(app, reviewer).counts == counts
        waiting = list_review_openings(app, ReviewFilter(bins=(CaseBin.NEEDS_YOU,)), reviewer)
        assert len(waiting) == counts[CaseBin.NEEDS_YOU]
        rows = list_queue_rows(app, reviewer, ReviewFilter(), "", sum(counts.values()) + 1)
        assert Counter(row.bin for row in rows) == +Counter(counts)
        assert count_review_cases(app, reviewer) == counts
