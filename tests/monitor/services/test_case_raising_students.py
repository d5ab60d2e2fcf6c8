"""Contacts reach the matcher and nothing else; that it cannot tell is never a "no"."""

from dataclasses import replace
from datetime import date

import pytest
from msgspec import structs

from monitor.demo import setup as stage
from monitor.demo.district import ROSA
from monitor.demo.internet import HostMood
from monitor.domain.errors import UnavailableError
from monitor.domain.students.matching import UNFLAGGED, ContactMatchResult, MatcherUsage
from monitor.domain.vocabulary import CaseKind, CaseState, Decision, Severity
from monitor.services.crawl_redaction import CONTACT_QUERY_KINDS
from monitor.services.disclosure import disclose_own
from reports.reason_rendering import render_reason
from scrapers.models import Outcome
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.world import World, account

LINKED = ContactMatchResult(flagged=True, count=2, cues=("class-of",))
SILENT = UnavailableError("The student matcher does not answer.")
PUPILS = ("Mason", "Whitlock", "masonw28", "Priya", "Venkataraman", "priyaplaysoboe")


def follows_pupils(world: World) -> None:
    rosa = next(entry for entry in world.internet.traces.follows if "mason" in entry.whom)
    world.internet = world.internet.add_entry(replace(rosa, since=1))


@pytest.fixture
def network(world_of) -> World:
    world = world_of(families=("bluesky",))
    follows_pupils(world)
    world.matcher = FakeMatcher(says=UNFLAGGED)
    return world


def test_the_matcher_sees_every_contact_on_every_page(network: World):
    network.joins(ROSA, read=True)
    network.sweep()

    followed = max(network.matcher.shown, key=len)
    assert len(followed) > 10
    assert {"Mason Whitlock", "Wendel Achterberg"} <= {contact.name for contact in followed}


def test_a_link_is_flagged_with_its_reasons_and_without_a_name(network: World):
    network.matcher.says = LINKED
    rosa = network.joins(ROSA, read=True)
    network.sweep()

    cases = {case.relation: case for case in rosa.cases}
    assert {case.kind for case in rosa.cases} == {CaseKind.STUDENT_LINK}
    assert cases["follows"].severity is Severity.MEDIUM
    assert cases["followers"].severity is Severity.LOW
    assert "follows 2 accounts" in render_reason(cases["follows"].reasons[0])
    # The email and the page that it opens tell two: what cannot be told is one of them.
    assert "neither we nor IT can tell which accounts" in render_reason(cases["follows"].reasons[1])
    assert not any(pupil in repr(rosa.cases) for pupil in PUPILS)


def test_a_link_that_was_removed_and_is_still_read_is_asked_about_as_still_there(network: World):
    network.matcher.says = LINKED
    rosa = network.joins(ROSA, read=True)
    network.sweep()
    for case in rosa.cases:
        rosa.rules(case, Decision.UNLINKED)

    network.a_week_later()
    network.sweep()

    for case in rosa.cases:
        shown = disclose_own(network.app, case)
        assert shown.is_undecided
        assert shown.earlier
        assert render_reason(shown.earlier) == (
            "Earlier answer: I removed the link. It is still there."
        )


def test_no_contact_is_kept_anywhere(network: World):
    network.matcher.says = LINKED
    rosa = network.joins(ROSA, read=True)
    kept = []
    network.meanwhile = lambda visit: kept.extend(
        network.state.staged_answers.list_answers_about_subject(
            network.state.sweeps.list_open_sweeps()[0].id, "bluesky", rosa.id
        )
    )
    network.sweep()
    network.on_monday()

    assert kept
    assert all(entry.visit.result.contacts == () for entry in kept)
    assert not any(pupil in repr(kept) for pupil in PUPILS)
    assert not any(pupil in repr(rosa.findings) for pupil in PUPILS)
    for email in network.post.accepted:
        assert not any(pupil in email.text + email.email.html for pupil in PUPILS)


def test_several_rare_names_and_followers_are_told_in_words_of_their_own(network: World):
    network.matcher.says = ContactMatchResult(
        flagged=True, count=3, cues=("grade", "several-names")
    )
    rosa = network.joins(ROSA, read=True)
    network.sweep()

    said = {case.relation: " ".join(map(render_reason, case.reasons)) for case in rosa.cases}
    assert "a grade" in said["follows"]
    assert "Chance alone would bring fewer" in said["follows"]
    assert "you can remove a follower" in said["followers"]
    assert not any(word in text for text in said.values() for word in ("proof", "prove", "certain"))


def test_family_stays_family_under_a_new_key(network: World):
    network.matcher.says = LINKED
    rosa = network.joins(ROSA, read=True)
    network.sweep()
    for case in rosa.cases:
        for step in (Decision.STUDENT_LINK, Decision.FAMILY):
            rosa.rules(case, step)
    network.a_week_later()
    network.matcher = FakeMatcher(says=replace(LINKED, count=9, cues=("grade",)))

    network.sweep()
    network.on_monday()

    assert {case.state for case in rosa.cases} == {CaseState.FAMILY}
    assert not any("student" in email.text.casefold() for email in rosa.emails_of("digest"))


def test_a_link_is_told_to_its_person_alone(network: World):
    network.matcher.says = LINKED
    rosa = network.joins(ROSA, read=True)
    network.sweep()
    network.on_monday()

    telling = [sent for sent in network.post.accepted if "student" in sent.text.casefold()]
    assert {sent.envelope.kind for sent in telling} >= {"digest"}
    assert {sent.envelope.recipient for sent in telling if sent.envelope.kind == "digest"} == {
        rosa.mail
    }
    for email in network.post.of_kind("review"):
        assert "student" not in (email.text + email.email.html).casefold()


def test_a_matcher_that_cannot_be_reached_is_said_and_is_not_a_no(network: World):
    network.matcher.says = SILENT
    rosa = network.joins(ROSA, read=True)

    network.sweep()

    run = network.coverage()["bluesky"]
    assert run.outcome is Outcome.PARTIAL
    assert run.note == "matcher-away"
    assert rosa.cases == ()
    keys = {query.kind for query in network.state.queries.list_queries_of_person(rosa.id)}
    assert not keys & {"follows", "followers"}


def test_how_much_the_matcher_was_asked_is_recorded_once_and_nothing_else(network: World):
    network.matcher.spent = MatcherUsage(day=date(2026, 9, 12), lists=2, contacts=14, refused=1)
    network.joins(ROSA, read=True)
    network.sweep()
    network.sweep()

    rows = [entry for entry in network.state.audit.list_entries() if entry.action == "compared"]
    assert [row.details for row in rows] == [
        {"day": "2026-09-12", "lists": "2", "contacts": "14", "refused": "1"}
    ]
    assert rows[0].subject == ""


def test_a_matcher_that_was_never_asked_leaves_no_record(network: World):
    network.joins(ROSA, read=True)
    network.sweep()

    assert network.state.audit.find_last_entry_of_action("compared") is None


def test_what_a_silent_matcher_missed_is_found_when_it_is_back(network: World):
    network.matcher.says = SILENT
    rosa = network.joins(ROSA, read=True)
    network.sweep()
    network.matcher.says = LINKED
    network.a_week_later()
    network.sweep()

    assert len(rosa.cases) == 2
    assert network.gaps() == {}


def test_the_digest_says_that_contacts_could_not_be_compared(network: World):
    network.matcher.says = SILENT
    rosa = network.joins(ROSA, read=True)
    network.sweep()
    network.on_monday()

    (digest,) = rosa.emails_of("digest")
    assert "the student matcher cannot be reached" in " ".join(digest.text.split())


def test_a_list_that_could_not_be_read_is_not_a_no(network: World):
    rosa = network.joins(ROSA, read=True)
    network.internet = network.internet.trouble_host("appview.example", HostMood.DOWN)

    network.sweep()

    assert network.matcher.shown == []
    assert network.gaps() == {"bluesky": Outcome.FAILED}
    assert not [
        query
        for query in network.state.queries.list_queries_of_person(rosa.id)
        if query.kind in CONTACT_QUERY_KINDS
    ]


def with_students(world: World, roster: str = "roster.tokens"):
    folder = world.config.state.parent
    students = structs.replace(
        stage.build_config(folder).students, enabled=True, tokens=folder / roster
    )
    return structs.replace(world.config, students=students)


def test_a_real_matcher_that_refuses_its_key_leaves_the_rest_of_the_service_at_work(
    world_of, tmp_path, caplog
):
    world = world_of(families=("bluesky",))
    follows_pupils(world)
    config = with_students(world)
    stage.hash_roster(config)
    (tmp_path / "roster.key").write_text("ab" * 32, "ascii")
    world.restarts(config)
    rosa = world.joins(ROSA, read=True)

    world.sweep()

    run = world.coverage()["bluesky"]
    assert run.outcome is Outcome.PARTIAL
    assert run.note == "matcher-away"
    assert rosa.findings
    assert rosa.cases == ()
    assert "import the roster again" in caplog.text


def test_a_real_matcher_finds_the_pupils_that_rosa_follows(world_of):
    world = world_of(families=("bluesky",))
    follows_pupils(world)
    config = with_students(world)
    stage.hash_roster(config)
    world.restarts(config)
    rosa = world.joins(ROSA, read=True)

    world.sweep()

    (case,) = rosa.cases
    assert (case.kind, case.relation) == (CaseKind.STUDENT_LINK, "follows")
    assert (
        rosa.findings["https://bsky.app/profile/rosamarchetti.skies.example"].id == case.finding_id
    )
    assert account("rosa").handle == "rosamarchetti.skies.example"
