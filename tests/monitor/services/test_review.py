"""What IT sees is opened by its person or by time, is a closed list of fields, and is audited."""

from datetime import timedelta

import pytest
from msgspec import structs

from monitor.demo.data import DemoPage
from monitor.demo.district import MARIA
from monitor.domain.case import Case
from monitor.domain.errors import NotPermittedError
from monitor.domain.person import Reviewer, build_reviewer_id
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import CaseKind, Decision, Side
from monitor.services.answers import record_feedback
from monitor.services.disclosure import disclose_to_others
from monitor.services.outbox import send_due
from monitor.services.review import queue_new_cases, queue_review_digests
from monitor.services.review_access import load_opened_case, record_case_views
from monitor.services.visible_cases import count_review_cases, list_review_openings
from reports.reason_rendering import Others, render_reason
from reports.reviewer_fields import list_reviewer_fields
from tests.monitor.decisions import decide_case
from tests.monitor.services.fakes import DEFERRED, FakeMatcher
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff, World

WEEK = timedelta(days=7)
ANA = Reviewer(address=REVIEWERS[0])


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated, and whose account is linked with students."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    world.matcher = FakeMatcher(
        says=ContactMatchResult(flagged=True, count=2, cues=("class-of", "school"))
    )
    maria = world.joins(MARIA, read=True)
    world.sweep()
    return maria


def fake(maria: Staff) -> Case:
    return maria.case(CaseKind.IMPERSONATION)


def link(maria: Staff) -> Case:
    return next(case for case in maria.cases if case.kind is CaseKind.STUDENT_LINK)


def opened(world: World) -> set[str]:
    return {case.id for case, _ in list_review_openings(world.app)}


def looked_at(maria: Staff, case: Case) -> None:
    record_case_views(maria.world.app, ANA, [case.id])


def reviewers_read(world: World):
    """Write the reviewers' digest, and return what each of them got."""
    queue_review_digests(world.app)
    send_due(world.app)
    return [world.post.to(reviewer)[-1] for reviewer in REVIEWERS]


def test_nothing_is_open_before_its_person_was_told(maria: Staff):
    assert opened(maria.world) == set()
    with pytest.raises(NotPermittedError):
        looked_at(maria, fake(maria))


def test_an_impersonation_opens_when_its_person_shares_it(maria: Staff):
    maria.rules(fake(maria), Decision.SHARED)

    assert opened(maria.world) == {fake(maria).id}


def test_an_impersonation_opens_when_its_person_confirms_it(maria: Staff):
    maria.rules(fake(maria), Decision.IMPERSONATION)

    assert opened(maria.world) == {fake(maria).id}


def test_sharing_can_be_taken_back(maria: Staff):
    case = maria.rules(fake(maria), Decision.SHARED)
    maria.rules(case, Decision.UNSHARED)

    assert opened(maria.world) == set()


def test_an_impersonation_opens_seven_days_after_its_notice_was_accepted(maria: Staff):
    world = maria.world
    world.post.answer = DEFERRED
    send_due(world.app)
    world.later(days=3)
    world.post = type(world.post)()
    world.restarts()
    send_due(world.app)
    accepted = world.clock.at

    world.clock.at = accepted + WEEK - timedelta(seconds=1)
    assert opened(world) == set()
    world.clock.at = accepted + WEEK
    assert opened(world) == {fake(maria).id}


def test_a_notice_that_never_arrives_opens_nothing(maria: Staff):
    world = maria.world
    world.post.answer = DEFERRED
    for _ in range(20):
        send_due(world.app)
        world.later(days=1)

    assert opened(world) == set()


def test_an_answer_in_time_keeps_it_closed(maria: Staff):
    world = maria.world
    send_due(world.app)
    maria.rules(fake(maria), Decision.NAMESAKE)
    world.a_week_later()
    world.a_week_later()

    assert opened(world) == set()


def test_an_account_on_a_site_for_dating_is_opened_by_its_persons_word_alone(world: World):
    page = DemoPage(
        url="https://tinder.com/@mariadelgado",
        title="Maria Delgado (@mariadelgado) | Tinder",
        text="Maria Delgado, Cedar Valley.",
    )
    world.internet = world.internet.add_entry(page)
    maria = world.joins(MARIA, read=True)
    (found,) = (one.id for one in maria.findings.values() if one.portrait.url == page.url)
    record_feedback(world.app, maria.id, {found: Decision.IMPERSONATION})

    assert maria.case(CaseKind.IMPERSONATION).is_intimate


def test_a_student_link_never_opens_by_itself(maria: Staff):
    world = maria.world
    world.on_monday()
    world.later(days=300)

    assert link(maria).id not in opened(world)


def test_a_student_link_opens_when_its_person_shares_it(maria: Staff):
    maria.rules(link(maria), Decision.SHARED)

    assert opened(maria.world) == {link(maria).id}


def test_nothing_stays_open_once_consent_has_ended(maria: Staff):
    case = maria.rules(fake(maria), Decision.SHARED)
    maria.withdraws()

    assert opened(maria.world) == set()
    with pytest.raises(NotPermittedError):
        looked_at(maria, case)


def test_reviewers_are_mailed_counts_a_reference_and_a_link_and_nothing_of_anyone(maria: Staff):
    world = maria.world
    maria.rules(fake(maria), Decision.SHARED)

    emails = reviewers_read(world)

    assert len(emails) == len(REVIEWERS)
    for email in emails:
        written = email.email.subject + email.text + email.email.html
        assert "1 needs IT, 0 wait for others" in email.email.subject
        assert world.config.portal.address in email.text
        for secret in ("Maria", "Delgado", "Maple", "skies", "Volcanoes"):
            assert secret not in written


def test_mail_and_queue_count_alike_whatever_was_said(maria: Staff):
    """A decision of IT's takes nothing out of the count of what goes on."""
    world = maria.world
    maria.rules(fake(maria), Decision.IMPERSONATION)
    decide_case(world.app, fake(maria).id, Decision.REPORTED, ANA.id)

    first, *_ = reviewers_read(world)

    assert count_review_cases(world.app) == {"needs-you": 0, "in-progress": 1, "done": 0}
    assert "0 need IT, 1 waits for others" in first.email.subject


def test_the_email_opens_the_case_that_comes_first_and_names_it_by_its_reference(maria: Staff):
    case = maria.rules(fake(maria), Decision.SHARED)

    first, *_ = reviewers_read(maria.world)

    text = " ".join(first.email.text.split())
    assert "First: urgent, due " in text
    assert f"Open case {case.id[:8]}: " in text
    # Who opens it is known by an id, and types no address.
    assert f"/review/cases/{case.id}?to={build_reviewer_id(REVIEWERS[0])}" in text


def test_the_email_says_that_the_day_of_the_first_case_is_past(maria: Staff):
    maria.rules(fake(maria), Decision.SHARED)
    maria.world.later(days=10)

    first, *_ = reviewers_read(maria.world)

    for written in (first.email.text, first.email.html):
        assert "First: urgent, overdue since " in " ".join(written.split())


def mornings_read(world: World) -> list[str]:
    """Return the subjects of what a reviewer gets on the next morning."""
    before = len(world.post.to(REVIEWERS[0]))
    world.later(days=1)
    queue_new_cases(world.app)
    queue_new_cases(world.app)
    send_due(world.app)
    return [one.email.subject for one in world.post.to(REVIEWERS[0])[before:]]


def test_reviewers_are_told_in_the_morning_of_a_case_that_came_to_need_it(maria: Staff):
    world = maria.world
    while world.app.clock.now().strftime("%a") != "Tue":
        world.later(days=1)
    assert mornings_read(world) == []

    maria.rules(fake(maria), Decision.SHARED)

    (subject,) = mornings_read(world)
    assert "1 needs IT" in subject
    assert mornings_read(world) == []


def test_what_a_weekly_email_tells_is_not_told_the_day_before_it_or_after_it(maria: Staff):
    world = maria.world
    while world.app.clock.now().strftime("%a") != "Sat":
        world.later(days=1)
    maria.rules(fake(maria), Decision.SHARED)

    sunday = mornings_read(world)
    world.later(days=1)
    queue_review_digests(world.app)
    send_due(world.app)

    assert (sunday, mornings_read(world)) == ([], [])


def test_a_reviewer_is_not_mailed_what_is_about_themselves(maria: Staff):
    world = maria.world
    district = structs.replace(world.config.district, reviewers=(REVIEWERS[0], maria.mail))
    world.restarts(structs.replace(world.config, district=district))
    maria.rules(fake(maria), Decision.SHARED)
    queue_review_digests(world.app)
    send_due(world.app)

    own = next(email for email in world.post.to(maria.mail) if "review" in email.email.subject)
    assert "0 need IT, 0 wait for others" in own.email.subject
    assert "1 needs IT" in world.post.to(REVIEWERS[0])[-1].email.subject


def test_the_preview_shows_the_words_that_reviewers_read(maria: Staff):
    case = fake(maria)
    before = disclose_to_others(maria.world.app, case)
    maria.rules(case, Decision.SHARED)
    record_case_views(maria.world.app, ANA, (case.id,))
    shown = load_opened_case(maria.world.app, ANA, case.id)

    assert list_reviewer_fields(before, "UTC")[:6] == list_reviewer_fields(shown, "UTC")[:6]
    assert before.reasons == shown.reasons
    assert any("Maria's" in render_reason(reason, Others(shown.given)) for reason in shown.reasons)


def test_reviewers_are_told_of_nothing_that_is_its_persons_alone(maria: Staff):
    for email in reviewers_read(maria.world):
        assert "Maria" not in email.email.html + email.text + email.email.subject
        assert "Delgado" not in email.email.html + email.text + email.email.subject


def test_a_reviewer_who_left_the_list_is_not_written_to(maria: Staff):
    world = maria.world
    queue_review_digests(world.app)
    district = structs.replace(world.config.district, reviewers=REVIEWERS[:1])
    world.restarts(structs.replace(world.config, district=district))
    send_due(world.app)

    assert world.post.to(REVIEWERS[0])
    assert not world.post.to(REVIEWERS[1])


def test_every_view_is_audited(maria: Staff):
    case = maria.rules(fake(maria), Decision.SHARED)
    looked_at(maria, case)

    assert [
        entry.action for entry in maria.world.state.audit.list_entries_of_subjects((case.id,))
    ] == [
        "flagged",
        "decided",
        "viewed",
    ]


def test_a_reviewer_rules_on_what_is_open_and_teaches_nothing(maria: Staff):
    world = maria.world
    case = maria.rules(fake(maria), Decision.SHARED)

    ruled = decide_case(world.app, case.id, Decision.HARMLESS, "reviewer")

    assert ruled.get_verdict(Side.IT) is Decision.HARMLESS
    assert ruled.get_verdict(Side.PERSON) is None
    assert ruled.is_undecided
    assert world.state.findings.find_finding_feedback(case.finding_id) is None
