"""Of an adult, sexual or minors' account nothing is kept but its address and the times."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.db.legal_holds import LegalHold
from monitor.demo.data import DemoAccount, DemoPage
from monitor.demo.district import MARIA
from monitor.domain.detection.assessment import Assessment
from monitor.domain.finding import Finding, Presence
from monitor.domain.person import CURRENT_MEANS
from monitor.domain.vocabulary import (
    CaseKind,
    Decision,
    Means,
    OwnershipLabel,
    Scope,
    Severity,
    WaveMark,
)
from monitor.services import withheld_accounts
from monitor.services.answers import record_feedback, undo_feedback
from monitor.services.case_raising import reassess_person
from monitor.services.due_jobs import run_due_sweeps
from monitor.services.findings import build_finding_page
from monitor.services.outbox import send_due
from monitor.services.takedown import build_takedown_view
from tests.monitor.services.world import IMPOSTOR, Staff, World

LEWD = replace(IMPOSTOR, name="Maria Delgado 🦄", bio="Zanzibar quilts and leaked nudes")
STUDENT = replace(IMPOSTOR, name="Maria Delgado 🦄", bio="Zanzibar quilts. 15 y/o, she/her")
THREAT = replace(IMPOSTOR, bio="We know where she lives. Bomb threat, and make her famous.")
TEXTS = ("🦄", "Zanzibar")
ADDRESS = f"https://bsky.app/profile/{IMPOSTOR.handle}"
LISTED = DemoPage(
    url=ADDRESS,
    title="Maria Delgado 🦄 (@mariadelgad0.skies.example)",
    text="Maria Delgado 🦄, teacher in Cedar Valley. Zanzibar quilts.",
)


FOR_ADULTS = DemoPage(
    url="https://tinder.com/@mariadelgado",
    title="Maria Delgado 🦄, teacher in Cedar Valley",
    text="Maria Delgado 🦄, teacher in Cedar Valley. Zanzibar quilts.",
)


def put(world: World, account: DemoAccount) -> None:
    """Let an account be what the impostor's is from now on."""
    for one in world.internet.traces.accounts:
        if one.id == IMPOSTOR.id:
            world.internet = world.internet.remove_entry(one)
    world.internet = world.internet.add_entry(account)


@pytest.fixture
def maria(world: World) -> Staff:
    """Somebody under whose name a sexual account is, which a search engine lists, too."""
    put(world, LEWD)
    world.internet = world.internet.add_entry(LISTED)
    maria = world.joins(MARIA)
    world.sweep()
    return maria


def found(maria: Staff) -> Finding:
    return maria.findings[ADDRESS]


def known(maria: Staff) -> Assessment:
    assessment = maria.world.state.findings.find_assessment(found(maria).id)
    assert assessment
    return assessment


def sweeps_later(maria: Staff, account: DemoAccount) -> list[str]:
    """Sweep a week later, with the account as it is then; return what was told of it."""
    put(maria.world, account)
    maria.world.a_week_later()
    return [kind for _, kind, url in maria.world.sweep() if url == ADDRESS]


def read_everything(world: World) -> Iterator[str]:
    """Yield each value of each table, opened, and each row and file as it is."""
    state = world.state
    for table in state.list_record_tables():
        yield from map(repr, table.iterate_records())
    for email in state.outbox.list_emails():
        yield repr(state.outbox.load_email_view(email.id, object)) if email.readable else ""
    for person_id in state.people.list_person_ids():
        for finding_id in state.findings.list_finding_ids_of_person(person_id):
            yield repr(state.findings.find_assessment(finding_id))
    for name in state.count_rows():
        for row in state.people.connection.fetch_rows(f"SELECT * FROM {name}"):  # noqa: S608 - our own words
            yield repr(tuple(row))
    for path in world.config.state.rglob("*"):
        if path.is_file():
            yield path.read_bytes().decode(errors="ignore")


def list_kept_texts(world: World) -> list[str]:
    return [value for value in read_everything(world) if any(text in value for text in TEXTS)]


@pytest.mark.parametrize(("account", "kind"), [(LEWD, "sexual"), (STUDENT, "minor")])
def test_no_table_and_no_file_has_a_word_of_it(world: World, account: DemoAccount, kind: str):
    put(world, account)
    world.internet = world.internet.add_entry(LISTED)
    maria = world.joins(MARIA)
    world.sweep()
    send_due(world.app)

    assert found(maria).portrait.withheld == kind
    assert list_kept_texts(world) == []

    world.a_week_later()
    world.sweep()
    world.on_monday()
    record_feedback(world.app, maria.id, {found(maria).id: Decision.IMPERSONATION})
    world.a_week_later()
    world.sweep()
    send_due(world.app)

    assert list_kept_texts(world) == []
    assert not any(text in sent.email.text for sent in maria.emails for text in TEXTS)
    portrait = found(maria).portrait
    assert (portrait.url, portrait.handle) == (ADDRESS, account.handle)


def test_no_hash_of_its_words_or_picture_is_left(world: World):
    put(world, LEWD)
    maria = world.joins(MARIA, scopes=MARIA.scopes | {Scope.PHOTOS})
    world.sweep()
    connection, ref = world.state.people.connection, found(maria).id

    sql = "SELECT mark FROM new_accounts WHERE finding_id = ?"
    assert [row["mark"] for row in connection.fetch_rows(sql, ref)] == [WaveMark.PLACE]
    assert connection.count_rows("pictures", "finding_id = ?", ref) == 0
    assert connection.count_rows("thumbnails", "finding_id = ?", ref) == 0


def test_of_a_site_for_adults_no_table_has_a_word(world: World):
    world.internet = world.internet.add_entry(FOR_ADULTS)
    maria = world.joins(MARIA)
    world.sweep()
    world.on_monday()
    world.a_week_later()
    world.sweep()

    portrait = maria.findings[FOR_ADULTS.url].portrait
    assert (portrait.withheld, portrait.platform) == ("adult", "tinder")
    assert list_kept_texts(world) == []
    assert not any(text in sent.email.text for sent in maria.emails for text in TEXTS)


def test_no_page_behind_anothers_case_shows_it(world: World):
    world.internet = world.internet.add_entry(
        replace(IMPOSTOR, id="second", handle="mariadelgado1.skies.example")
    )
    put(world, LEWD)
    maria = world.joins(MARIA)
    world.sweep()

    pages = [repr(page) for page in world.state.pages.list_records()]
    assert len(maria.cases) == 2
    assert not any(text in page for page in pages for text in TEXTS)
    assert list_kept_texts(world) == []


def test_a_word_that_is_kept_would_be_found(world: World):
    put(world, replace(LEWD, bio="Zanzibar quilts"))
    world.joins(MARIA)
    world.sweep()

    assert list_kept_texts(world)


def test_what_it_was_found_to_be_stays_whatever_is_looked_at_again(maria: Staff):
    before, case = known(maria), maria.case(CaseKind.IMPERSONATION)
    assert (before.label, case.severity) == (OwnershipLabel.IMPERSONATION, Severity.HIGH)

    reassess_person(maria.world.app, maria.world.state.people.load_person(maria.id))
    assert known(maria) == before
    for bio in (LEWD.bio, "", "Potter in Fairmont.", "Zanzibar: more nudes"):
        assert sweeps_later(maria, replace(LEWD, bio=bio)) == []
        assert known(maria) == before

    after = maria.case(CaseKind.IMPERSONATION)
    assert (after.severity, after.reasons) == (case.severity, case.reasons)
    assert list_kept_texts(maria.world) == []


def test_a_new_version_of_a_reader_judges_nothing_from_blanks(maria: Staff):
    world, before = maria.world, known(maria)
    for query in world.state.queries.list_queries_of_person(maria.id):
        world.state.queries.save_query(replace(query, version=0))

    assert sweeps_later(maria, LEWD) == []

    assert known(maria) == before
    assert list_kept_texts(world) == []


def test_that_it_is_gone_and_back_is_still_told(maria: Staff):
    world = maria.world
    record_feedback(world.app, maria.id, {found(maria).id: Decision.IMPERSONATION})
    before = known(maria)
    world.sweep()
    world.internet = world.internet.remove_entry(LEWD).remove_entry(LISTED)
    world.a_week_later()
    world.sweep()
    world.clock.at += timedelta(days=2)
    run_due_sweeps(world.app)
    assert [kind for kind, _ in maria.told] == ["vanished"]
    assert found(maria).presence is Presence.GONE
    assert maria.case(CaseKind.IMPERSONATION).gone_at

    assert sweeps_later(maria, LEWD) == ["reappeared"]

    assert known(maria) == before
    assert maria.case(CaseKind.IMPERSONATION).gone_at is None
    assert list_kept_texts(world) == []


def test_that_it_has_another_username_is_still_told(maria: Staff):
    renamed = replace(LEWD, handle="maria.delgado.skies.example")
    put(maria.world, renamed)
    maria.world.a_week_later()
    maria.world.sweep()

    (event,) = maria.world.state.events.list_events_of_person(maria.id, maria.world.started)
    assert event.event.fields == ("handle",)
    assert list_kept_texts(maria.world) == []


def test_what_its_person_calls_theirs_is_read_again_and_is_no_news(maria: Staff):
    record_feedback(maria.world.app, maria.id, {found(maria).id: Decision.MINE})
    assert known(maria).label is OwnershipLabel.MINE
    assert found(maria).portrait.withheld

    assert sweeps_later(maria, LEWD) == []

    portrait = found(maria).portrait
    assert (portrait.name, portrait.bio, portrait.withheld) == (LEWD.name, LEWD.bio, "")
    assert sweeps_later(maria, replace(LEWD, bio="Zanzibar")) == ["changed"]


@pytest.mark.parametrize("weeks", [0, 1, 2])
def test_an_undo_forgets_it_again(maria: Staff, weeks: int):
    app, before = maria.world.app, known(maria)
    record_feedback(app, maria.id, {found(maria).id: Decision.MINE})
    for _ in range(weeks):
        assert sweeps_later(maria, LEWD) == []

    undo_feedback(app, maria.id, [found(maria).id])

    assert found(maria).portrait.withheld == "sexual"
    assert known(maria).label is before.label
    assert known(maria).judged is None
    assert list_kept_texts(maria.world) == []
    assert sweeps_later(maria, LEWD) == []
    assert list_kept_texts(maria.world) == []


def test_every_answer_stands_and_can_be_undone(maria: Staff):
    app, before = maria.world.app, known(maria)
    labels = {
        Decision.NAMESAKE: OwnershipLabel.NAMESAKE,
        Decision.UNRELATED: OwnershipLabel.UNRELATED,
        Decision.MOCK: OwnershipLabel.MOCK,
        Decision.IMPERSONATION: OwnershipLabel.IMPERSONATION,
    }
    for answer, label in labels.items():
        record_feedback(app, maria.id, {found(maria).id: answer})
        assert sweeps_later(maria, LEWD) == []
        assert known(maria).label is label
        assert maria.world.state.findings.find_finding_feedback(found(maria).id) is answer

        maria.world.later(minutes=1)
        undo_feedback(app, maria.id, [found(maria).id])
        maria.world.later(minutes=1)
        assert known(maria) == before


def test_an_answer_is_outgrown_by_what_it_shows_and_not_by_blanks(maria: Staff):
    world, ref = maria.world, found(maria).id
    other = replace(LEWD, handle="lunar.skies.example", bio="Zanzibar. 15 y/o")
    put(world, other)
    world.a_week_later()
    world.sweep()
    record_feedback(world.app, maria.id, {ref: Decision.NAMESAKE})

    put(world, LEWD)
    world.a_week_later()
    world.sweep()

    assert world.state.findings.find_finding_feedback(ref) is None
    assert maria.case(CaseKind.IMPERSONATION).is_undecided
    assert list_kept_texts(world) == []


def test_a_word_by_a_mailed_link_brings_no_text_back(maria: Staff):
    token = CURRENT_MEANS.set(f"{Means.LINK}:abc")
    try:
        record_feedback(maria.world.app, maria.id, {found(maria).id: Decision.MINE}, Means.LINK)
    finally:
        CURRENT_MEANS.reset(token)

    assert sweeps_later(maria, LEWD) == []

    assert known(maria).label is OwnershipLabel.MINE
    assert list_kept_texts(maria.world) == []


@pytest.mark.parametrize("bio", [THREAT.bio, "We know where she lives", "pedo", "sex education"])
def test_words_that_threaten_accuse_or_locate_are_kept(world: World, bio: str):
    put(world, replace(THREAT, bio=bio))
    maria = world.joins(MARIA)
    world.sweep()

    portrait = found(maria).portrait
    assert (portrait.bio, portrait.withheld) == (bio, "")


def test_a_students_account_that_becomes_an_imitation_is_one(world: World):
    namesake = replace(
        STUDENT, id=IMPOSTOR.id, handle="lunar.skies.example", bio="15 y/o in Fairmont", picture=""
    )
    put(world, namesake)
    maria = world.joins(MARIA)
    world.sweep()
    assert [one for one in maria.cases if one.kind is CaseKind.IMPERSONATION] == []
    (before,) = (one for one in maria.findings.values() if one.portrait.withheld)

    put(world, replace(LEWD, id=IMPOSTOR.id))
    world.a_week_later()
    world.sweep()

    case = maria.case(CaseKind.IMPERSONATION)
    assert (case.finding_id, case.severity) == (before.id, Severity.HIGH)
    assert list_kept_texts(world) == []


def test_what_was_stored_before_goes_with_the_next_check(world: World, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(withheld_accounts, "choose_withheld_kind", lambda *_: "")
        put(world, LEWD)
        maria = world.joins(MARIA)
        world.sweep()
        assert list_kept_texts(world)
        put(world, replace(LEWD, bio="Zanzibar nudes"))
        world.a_week_later()
        world.sweep()
    told = len(maria.told)

    assert sweeps_later(maria, replace(LEWD, bio="Zanzibar nudes")) == []

    assert len(maria.told) == told
    assert list_kept_texts(world) == []


def test_what_a_legal_hold_keeps_stays_until_it_is_lifted(world: World, monkeypatch):
    with monkeypatch.context() as before:
        before.setattr(withheld_accounts, "choose_withheld_kind", lambda *_: "")
        put(world, LEWD)
        maria = world.joins(MARIA)
        world.sweep()
    world.later(minutes=1)
    hold = LegalHold(person_id=maria.id, placed_at=world.clock.at, by=("counsel",), reason="Suit.")
    world.state.legal_holds.insert_legal_hold(hold)

    sweeps_later(maria, LEWD)
    assert found(maria).portrait.bio == LEWD.bio

    world.state.legal_holds.lift_legal_holds(maria.id, world.clock.at)
    sweeps_later(maria, LEWD)
    assert list_kept_texts(world) == []


def test_a_legal_hold_has_nothing_kept_that_was_met_after_it(world: World):
    maria = world.joins(MARIA)
    hold = LegalHold(person_id=maria.id, placed_at=world.clock.at, by=("counsel",), reason="Suit.")
    world.state.legal_holds.insert_legal_hold(hold)
    put(world, LEWD)
    world.a_week_later()
    world.sweep()

    assert found(maria).portrait.withheld == "sexual"
    assert list_kept_texts(world) == []


def test_its_plan_and_its_pages_go_on_without_its_words(maria: Staff):
    app, ref = maria.world.app, found(maria).id
    record_feedback(app, maria.id, {ref: Decision.IMPERSONATION})
    sweeps_later(maria, LEWD)

    page = build_finding_page(app, maria.id, ref)
    plan = build_takedown_view(app, maria.id, maria.case(CaseKind.IMPERSONATION).id)

    assert page.finding.url == ADDRESS
    assert page.finding.snippet == ""
    assert plan.screenshots.withheld
