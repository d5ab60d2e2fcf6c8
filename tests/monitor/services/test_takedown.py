"""A person reports an imitation themselves, with all that takes; we look again, and keep a log."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from monitor.demo.district import MARIA, ROSA
from monitor.demo.internet import HostMood
from monitor.domain.case import Case
from monitor.domain.case_progress import LOOKED_AT_AFTER
from monitor.domain.english_dates import format_day
from monitor.domain.errors import InputError, MonitorError
from monitor.domain.person import build_reviewer_id
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, FieldLikeness, Side
from monitor.services.answers import DecisionInput, record_decision
from monitor.services.disclosure import disclose_own
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.evidence_pack import build_evidence_view
from monitor.services.sweeps import RECHECK
from monitor.services.takedown import (
    NEXT_DECISIONS,
    build_review_guide,
    build_takedown_evidence,
    build_takedown_view,
    build_withdrawal_view,
    record_takedown_step,
)
from reports.evidence_pack import build_evidence_pack, render_evidence_page
from reports.pages.takedown import AccountSighting
from reports.reason_rendering import Others, render_reason
from tests.cases import say
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff, due_time


@pytest.fixture
def maria(world_of) -> Staff:
    """Somebody who is impersonated."""
    world = world_of(families=("bluesky",))
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def fake(maria: Staff) -> Case:
    return maria.case(CaseKind.IMPERSONATION)


def kit(maria: Staff):
    return build_takedown_view(maria.world.app, maria.id, fake(maria).id)


def says(maria: Staff, decision: Decision, note: str = "") -> Case:
    return record_takedown_step(
        maria.world.app, fake(maria).id, DecisionInput(decision=decision, by=maria.id, note=note)
    )


def test_the_kit_names_the_account_the_place_and_what_is_copied(maria: Staff):
    view = kit(maria)

    assert view.place.name == "Bluesky"
    assert view.evidence.case.finding.url in view.report_text
    assert {copy.field for copy in view.evidence.copies} >= {"name", "handle"}
    assert view.evidence.own[0] in view.report_text
    assert "not mine" in view.report_text


def test_the_text_for_bluesky_has_a_username_and_days_but_no_key_and_no_hours(maria: Staff):
    view = kit(maria)
    account = replace(view.evidence, account="bluesky:did:plc:abc")
    text = replace(view, evidence=account).report_text
    first_seen = format_day(account.case.first_seen, account.zone)

    assert account.handle in text
    assert "did:plc" not in text
    assert f"Seen since {first_seen}" in text
    assert "UTC" not in text
    # Where a username tells less, the platform gets its own key, too.
    elsewhere = replace(account.case.finding, platform="youtube")
    named = replace(account, account="youtube:UCabc", case=replace(account.case, finding=elsewhere))
    assert "UCabc" in replace(view, evidence=named).report_text


def test_the_text_claims_as_copied_only_what_is_the_same(maria: Staff):
    view = kit(maria)
    name = next(line for line in view.evidence.copied if line.field == "name")
    partly = replace(name, field="bio", likeness=FieldLikeness.PARTLY)
    text = replace(view, evidence=replace(view.evidence, copied=(name, partly))).report_text

    assert ": display name, bio (partly)\n" in text


def test_the_evidence_speaks_of_the_person_by_name_and_the_kit_to_them(maria: Staff):
    case = fake(maria)
    given_out = build_takedown_evidence(maria.world.app, maria.id, case.id)

    assert any(
        "Maria's" in render_reason(reason, Others("Maria")) for reason in given_out.case.reasons
    )
    assert not any(
        "your" in render_reason(reason, Others("Maria")) for reason in given_out.case.reasons
    )
    told = [render_reason(copy.reason, Others("Maria")) for copy in given_out.copied if copy.reason]
    own = [render_reason(copy.reason) for copy in kit(maria).evidence.copied if copy.reason]
    assert not any("your" in entry for entry in told)
    assert any("yours" in entry for entry in own)


def test_the_text_makes_nothing_up(maria: Staff):
    says_of_law = ("illegal", "crime", "lawyer", "defam", "damages", "urgent")

    assert not any(word in kit(maria).report_text.casefold() for word in says_of_law)


def test_the_kit_of_somebody_else_is_not_there(maria: Staff):
    rosa = maria.world.joins(ROSA)
    kits = maria.world.app

    for look in (partial(build_takedown_view, kits), partial(build_takedown_evidence, kits)):
        with pytest.raises(InputError):
            look(rosa.id, fake(maria).id)
    with pytest.raises(InputError):
        record_takedown_step(
            kits, fake(maria).id, DecisionInput(decision=Decision.REPORTED, by=rosa.id)
        )


@pytest.mark.parametrize("decision", [Decision.MINE, Decision.NAMESAKE, Decision.HARMLESS])
def test_what_its_person_called_harmless_is_not_reported(maria: Staff, decision: Decision):
    maria.rules(fake(maria), decision)

    with pytest.raises(InputError, match="Undo that"):
        kit(maria)


def test_who_reports_confirms_that_it_is_an_imitation(maria: Staff):
    after = says(maria, Decision.REPORTED, "  Number 17. ")

    assert after.state is CaseState.REPORTED
    assert [(entry.who, entry.what) for entry in kit(maria).log] == [
        ("You", "reported it to the platform"),
    ]
    assert after.get_verdict(Side.PERSON) is Decision.IMPERSONATION
    finding = maria.world.state.findings
    assert finding.find_finding_feedback(after.finding_id) is Decision.IMPERSONATION
    assert kit(maria).log[-1].note == "Number 17."


ANA = build_reviewer_id(REVIEWERS[0])
PLAYED = {
    "": (Decision.IMPERSONATION, Decision.MOCK, Decision.REPORTED, Decision.REOPENED),
    ANA: (
        *(Decision.IMPERSONATION, Decision.REPORTED, Decision.REMOVED, Decision.REFUSED),
        Decision.REOPENED,
    ),
}


def list_lives(case: Case, entries: int) -> Iterator[Case]:
    """Yield what it becomes by so many entries of its person and a reviewer, each state once."""
    lives = [case]
    for _ in range(entries):
        lives = [
            played
            for life in lives
            for by, moves in PLAYED.items()
            for played in filter(None, (play(life, move, by) for move in moves))
        ]
        yield from {(one.state, one.standing): one for one in lives}.values()


def play(case: Case, decision: Decision, by: str) -> Case | None:
    try:
        return say(case, decision, by=by)
    except MonitorError:
        return None


def test_each_choice_offered_has_words_and_is_taken_whoever_did_what_before(maria: Staff):
    world, whole = maria.world, fake(maria)
    lives = [life for life in list_lives(whole, 2) if life.state in NEXT_DECISIONS]
    assert {CaseState.REPORTED, CaseState.REMOVED, CaseState.REFUSED} < {one.state for one in lives}

    for life in lives:
        world.state.cases.delete_case(whole.id)
        world.state.cases.insert_case(life)
        view = kit(maria)
        for choice, words, _ in view.options:
            assert words, (choice, life.log)
            say(life, choice)
        for choice in view.case.choices:
            assert choice.words
            say(life, Decision(choice.value))


def test_what_can_be_noted_follows_from_how_it_stands(maria: Staff):
    assert kit(maria).choices == ("reported",)
    with pytest.raises(InputError):
        says(maria, Decision.REMOVED)

    says(maria, Decision.REPORTED)
    reported = ("removed", "refused", "reported", "reopened")
    assert kit(maria).choices == reported
    says(maria, Decision.REFUSED)
    assert kit(maria).choices == ("reported", "removed", "harmless", "reopened")
    says(maria, Decision.REOPENED)
    assert kit(maria).choices == reported


def reports(maria: Staff) -> None:
    """Report it, and let the look at once be done."""
    maria.world.later(hours=5)
    says(maria, Decision.REPORTED)
    run_due_sweeps(maria.world.app)


def asked_again(maria: Staff) -> list[str]:
    """Let the day of the second look come, and return what was asked about the impostor."""
    world = maria.world
    world.forgets_visits()
    world.clock.at = kit(maria).case.looks_at
    run_due_sweeps(world.app)
    return world.asked_about(IMPOSTOR.handle)


def test_before_a_report_nothing_is_said_of_a_second_look(maria: Staff):
    assert kit(maria).looked is None
    assert kit(maria).case.looks_at is None


def test_a_reported_account_is_looked_at_at_once_and_some_days_later_and_nothing_else_is(
    maria: Staff,
):
    world = maria.world
    reports(maria)
    reported = world.clock.at
    assert world.asked_about(IMPOSTOR.handle)
    assert kit(maria).looked is AccountSighting.THERE
    assert kit(maria).case.looks_at == reported + LOOKED_AT_AFTER[CaseState.REPORTED][0]

    assert asked_again(maria)

    assert kit(maria).looked is AccountSighting.THERE
    assert kit(maria).looked_at == reported + LOOKED_AT_AFTER[CaseState.REPORTED][0]
    assert not world.asked_about("mariadelgado.")
    assert kit(maria).case.looks_at is None
    assert due_time(world.state, RECHECK, fake(maria).finding_id) is None


def test_an_account_that_is_gone_by_then_is_told_as_seeming_so_and_proved_two_days_later(
    maria: Staff,
):
    world = maria.world
    reports(maria)
    world.internet = world.internet.remove_entry(IMPOSTOR)

    assert asked_again(maria)
    assert kit(maria).looked is AccountSighting.MISSING

    world.later(days=2, hours=1)
    run_due_sweeps(world.app)
    assert kit(maria).looked is AccountSighting.GONE
    assert ("vanished", kit(maria).evidence.case.finding.url) in maria.told


def test_a_site_that_cannot_be_asked_proves_nothing_about_a_report(maria: Staff):
    maria.world.internet = maria.world.internet.trouble_host("appview.example", HostMood.DOWN)
    reports(maria)

    asked_again(maria)

    assert kit(maria).looked is AccountSighting.NOT_YET


def test_an_imitation_is_asked_for_at_its_own_address_in_each_sweep_once_it_is_confirmed(
    maria: Staff,
):
    world = maria.world
    maria.rules(fake(maria), Decision.IMPERSONATION)
    world.forgets_visits()
    world.a_week_later()
    world.sweep()

    assert [query.path for query in world.asked if IMPOSTOR.handle in query.query]


def test_what_is_said_to_be_removed_is_looked_at_now_and_once_more(maria: Staff):
    reports(maria)
    says(maria, Decision.REMOVED)

    now = maria.world.clock.now()
    assert due_time(maria.world.state, RECHECK, fake(maria).finding_id) == now
    assert kit(maria).case.looks_at == now + LOOKED_AT_AFTER[CaseState.REMOVED][0]


@pytest.mark.parametrize("decision", [Decision.REFUSED, Decision.REOPENED])
def test_nobody_looks_again_for_a_report_that_is_settled_or_taken_back(
    maria: Staff, decision: Decision
):
    reports(maria)
    says(maria, decision)

    assert kit(maria).case.looks_at is None
    assert due_time(maria.world.state, RECHECK, fake(maria).finding_id) is None


def test_nothing_is_asked_again_once_consent_has_ended(maria: Staff):
    says(maria, Decision.REPORTED)
    maria.withdraws()
    maria.world.forgets_visits()
    maria.world.later(days=4)

    run_due_sweeps(maria.world.app)

    assert maria.world.asked_about(IMPOSTOR.handle) == []


def test_the_pack_holds_the_page_while_one_is_kept(maria: Staff):
    view = build_takedown_evidence(maria.world.app, maria.id, fake(maria).id)

    assert view.pages
    assert any(IMPOSTOR.handle.encode() in page.body for page in view.pages)
    assert build_evidence_pack(view) == build_evidence_pack(view)


def test_the_pack_holds_no_page_that_lists_other_people(maria: Staff):
    another = replace(IMPOSTOR, id="another", handle="mdelgado-bakes.skies.example")
    another = replace(another, bio="Baker.", picture="")
    maria.world.internet = maria.world.internet.add_entry(another)
    maria.world.later(days=7)
    maria.world.sweep()

    view = build_takedown_evidence(maria.world.app, maria.id, fake(maria).id)

    assert not [page for page in view.pages if b"mdelgado-bakes" in page.body]
    kept = maria.world.state.pages.list_evidence_of_finding(fake(maria).finding_id)
    assert [stored for stored in kept if b"mdelgado-bakes" in stored.page.body]


def test_the_evidence_says_nothing_against_what_its_person_answered(maria: Staff):
    world, case = maria.world, fake(maria)
    maria.rules(case, Decision.MOCK)
    maria.rules(case, Decision.REOPENED)
    shown = build_evidence_view(world.app, fake(maria), Side.IT)
    # What was taken back is for nobody else.
    assert shown.log == ()
    assert "Impersonation of" in render_evidence_page(shown)

    maria.rules(case, Decision.NAMESAKE)
    page = render_evidence_page(build_evidence_view(world.app, fake(maria), Side.IT))
    assert "has answered: Someone else with that name." in page
    assert "not theirs" not in page
    assert "Impersonation of" not in page


def test_the_pack_stays_the_same_while_nothing_happens(maria: Staff):
    kits = maria.world.app
    before = build_evidence_pack(build_takedown_evidence(kits, maria.id, fake(maria).id))

    maria.world.later(days=1)

    assert build_evidence_pack(build_takedown_evidence(kits, maria.id, fake(maria).id)) == before
    says(maria, Decision.REPORTED)
    assert build_evidence_pack(build_takedown_evidence(kits, maria.id, fake(maria).id)) != before


def test_what_is_reported_is_known_to_the_audit_by_its_ref_alone(maria: Staff):
    says(maria, Decision.REPORTED, "Called Ana at the platform.")

    rows = maria.world.state.audit.list_entries_of_subjects((fake(maria).id,))
    assert [row.details["decision"] for row in rows if row.action == "decided"] == ["reported"]
    assert "Ana" not in repr(rows)


@pytest.mark.parametrize("kind", sorted({*CaseKind} - {CaseKind.HARMFUL_PAGE}))
def test_a_reviewer_reads_what_the_platform_asks_for_whatever_kind_it_is(
    maria: Staff, kind: CaseKind
):
    case = replace(fake(maria), kind=kind)

    assert build_review_guide(maria.world.app, case).name == "Bluesky"


def test_a_report_that_hit_somebody_else_is_taken_back_with_a_text(maria: Staff) -> None:
    """The text names the mistake and asks for the account to be given back."""
    says(maria, Decision.REPORTED, "Number 17.")
    with pytest.raises(InputError, match="no such report"):
        build_withdrawal_view(maria.world.app, maria.id, fake(maria).id)

    maria.rules(fake(maria), Decision.NAMESAKE)
    text = build_withdrawal_view(maria.world.app, maria.id, fake(maria).id).text

    assert "That report was a mistake. It belongs to another person who has my name." in text
    assert "About my report: Number 17." in text
    assert "please give it back to its owner" in text


def test_a_report_that_it_made_is_taken_back_by_it(maria: Staff) -> None:
    app = maria.world.app
    entry = DecisionInput(decision=Decision.REPORTED, by=build_reviewer_id(REVIEWERS[0]))
    with app.db.begin_transaction():
        record_decision(app, fake(maria), entry)
    maria.rules(fake(maria), Decision.MINE)
    with pytest.raises(InputError, match="no such report"):
        build_withdrawal_view(app, maria.id, fake(maria).id, Side.IT)
    maria.world.later(days=8)

    view = build_withdrawal_view(app, maria.id, fake(maria).id, Side.IT)

    assert view.office == REVIEWERS[0]
    assert "was reported by IT as pretending to be me" in view.text
    assert "The account is mine." in view.text
    assert "take the report back at the platform" in view.text


def test_where_both_reported_it_each_report_is_taken_back(maria: Staff) -> None:
    app = maria.world.app
    entry = DecisionInput(decision=Decision.REPORTED, by=build_reviewer_id(REVIEWERS[0]))
    with app.db.begin_transaction():
        record_decision(app, fake(maria), entry)
    says(maria, Decision.REPORTED, "Number 17.")
    maria.rules(fake(maria), Decision.MINE)

    assert disclose_own(app, fake(maria)).withdraws == (Side.PERSON,)
    maria.world.later(days=8)
    assert disclose_own(app, fake(maria)).withdraws == (Side.PERSON, Side.IT)
    own = build_withdrawal_view(app, maria.id, fake(maria).id)
    theirs = build_withdrawal_view(app, maria.id, fake(maria).id, Side.IT)
    assert (own.office, theirs.office) == ("", REVIEWERS[0])


def test_what_nobody_reported_is_not_taken_back(maria: Staff) -> None:
    maria.rules(fake(maria), Decision.NAMESAKE)

    with pytest.raises(InputError, match="no such report"):
        build_withdrawal_view(maria.world.app, maria.id, fake(maria).id)
