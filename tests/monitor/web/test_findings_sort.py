"""Sorting and looking closer, in a browser without a script."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs

from monitor.config.sections import PolicyConfig
from monitor.demo.district import MARIA, THOMAS
from monitor.demo.internet import HostMood
from monitor.domain.case_progress import find_review_turn
from monitor.domain.vocabulary import CaseKind, CaseState, CaseStep, Decision, SweepKind
from monitor.services import disclosure
from monitor.services import findings as card_services
from monitor.services.answer_links import AnswerLink, build_answer_token
from monitor.services.data_export import count_stored_data
from monitor.services.due_jobs import take_over_jobs
from monitor.services.findings import list_pending_cards
from monitor.services.visible_cases import list_review_openings
from monitor.web import findings as finding_pages
from reports.pages.findings import SortView
from tests.monitor.services.held import places_hold
from tests.monitor.services.world import IMPOSTOR, Staff
from tests.monitor.web.portal import Guest, Portal

NAMESAKE = replace(
    IMPOSTOR, id="namesake", handle="mdelgado-bakes.skies.example", bio="Baker.", picture=""
)

HANDLE = "mariadelgado.skies.example"


@pytest.fixture
def maria(portal: Portal) -> Staff:
    """Maria, whom somebody imitates, and with whom a baker shares the name."""
    portal.world.internet = portal.world.internet.add_entry(IMPOSTOR).add_entry(NAMESAKE)
    joined = portal.world.joins(MARIA)
    take_over_jobs(portal.world.app)
    portal.world.sweep()
    return joined


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


# Two accounts of somebody else's: what is said of one tells whose the other is.
TWINS = tuple(
    replace(
        NAMESAKE,
        id=name,
        handle=f"mdelgado-{name}.skies.example",
        bio="Drummer, chess, hiking.",
    )
    for name in ("sky", "rye")
)


@pytest.fixture
def twins(portal: Portal) -> tuple[str, ...]:
    """Two accounts of a drummer, who has Maria's name; both wait for an answer."""
    for twin in TWINS:
        portal.world.internet = portal.world.internet.add_entry(twin)
    maria = portal.world.joins(MARIA)
    portal.world.sweep()
    waiting = {card.id for card in list_pending_cards(portal.world.app, maria.id) if card.is_asked}
    found = {url: finding.id for url, finding in maria.findings.items() if "mdelgado-" in url}
    assert waiting == set(found.values())
    return tuple(found.values())


@pytest.mark.parametrize("back", ["", "finding", "sort"])
def test_what_an_answer_files_beside_its_own_is_named_and_can_be_asked_again(portal, twins, back):
    guest, (answered, filed) = portal.signed_in(MARIA.person.mail), twins

    answer = guest.post("/me/sort", finding=answered, decision="namesake", back=back)
    after = guest.follow(answer)

    assert "Your answer also settled this, so we no longer ask about it:" in after.text
    assert after.page.find("a", href=f"/me/findings/{filed}")
    assert "someone else with your name" in after.text
    # It is said once, at the top of the page; whoever wants to correct it has its answers there.
    assert "also settled" not in guest.get("/me").text
    assert guest.get(f"/me/findings/{filed}").page.find("button", value="mine")
    guest.post("/me/sort/undo", finding=answered)
    assert "Two results to review" in guest.get("/me").text


@pytest.mark.parametrize("decision", ["impersonation", "mock"])
@pytest.mark.parametrize("undo", ["/me/sort/undo", "/me/cases/{case}/undo"])
def test_an_alert_that_only_an_answer_opened_goes_once_that_is_undone(
    portal, twins, decision, undo
):
    guest, answered = portal.signed_in(MARIA.person.mail), twins[0]
    guest.post("/me/sort", finding=answered, decision=decision)
    (case,) = portal.world.state.cases.list_cases_of_finding(answered)
    said = "This account pretends to be you."
    said = said if decision == "impersonation" else "Someone else made this account about you."
    assert said in guest.get("/me").text

    guest.post(undo.format(case=case.id), finding=answered)

    assert portal.world.state.cases.list_cases_of_finding(answered) == ()
    assert "Is this you?" in guest.get(f"/me/findings/{answered}").text


def test_an_alert_that_it_has_looked_at_stays_with_who_looked(portal, twins):
    guest, answered = portal.signed_in(MARIA.person.mail), twins[0]
    guest.post("/me/sort", finding=answered, decision="impersonation")
    (case,) = portal.world.state.cases.list_cases_of_finding(answered)
    reviewer = portal.signed_in(portal.world.app.config.district.reviewers[0])
    reviewer.post("/review/open", one=case.id)

    guest.post("/me/sort/undo", finding=answered)

    assert dict(count_stored_data(portal.world.app, case.person_id))["Of those, IT has viewed"] == 1


def test_a_legal_hold_keeps_an_alert_that_is_taken_back(portal, twins):
    guest, answered = portal.signed_in(MARIA.person.mail), twins[0]
    guest.post("/me/sort", finding=answered, decision="impersonation")
    places_hold(portal.world.app, MARIA.person.mail, "The district's counsel asked.")

    guest.post("/me/sort/undo", finding=answered)

    assert portal.world.state.cases.list_cases_of_finding(answered)


def test_answers_say_at_each_undo_that_it_closes_them_to_it(portal, twins):
    guest, closes = portal.signed_in(MARIA.person.mail), "If you undo it, IT no longer sees it."
    for finding_id in twins:
        form = {"csrf": guest.csrf, "finding": finding_id, "decision": "impersonation"}
        assert guest.follow(guest.send("/me/sort", form)).text.count(closes) == 1

    assert guest.get("/me/sort/done").text.count(closes) == len(twins)
    assert closes in guest.get(f"/me/findings/{twins[0]}").text


def test_an_alert_that_we_raised_stays_when_an_answer_is_undone(guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post(f"/me/cases/{case.id}", decision="impersonation")
    guest.post(f"/me/cases/{case.id}/undo")

    assert maria.case(CaseKind.IMPERSONATION).is_undecided


def test_an_answer_is_said_in_the_words_that_were_pressed_and_with_what_follows(guest, maria):
    (plain,) = (one for url, one in maria.findings.items() if "mdelgado-bakes" in url)

    answer = guest.post("/me/sort", finding=plain.id, decision="unrelated", back="finding")

    shown = guest.follow(answer)
    assert "You said: Not about me . We set it aside." in shown.text
    assert "for your answer. Next" in shown.text
    page = disclosure.disclose_finding(maria.world.app, plain)
    said = replace(page, is_account=False, answer=Decision.MINE).said
    assert said == "This is about me"


def test_an_answer_by_a_link_counts_what_it_files_and_names_none_of_it(portal, twins):
    app, (answered, filed) = portal.world.app, twins
    person_id = app.db.findings.load_finding(answered).person_id
    until = portal.world.clock.now() + timedelta(days=1)
    link = AnswerLink(
        person_id=person_id,
        card_id=answered,
        finding_id=answered,
        is_case=False,
        expires_at=until,
    )

    seen = portal.guest().post(f"/answer/{build_answer_token(app, link)}", decision="namesake")

    assert "Your answer also settled 1 other result that waited." in seen.text
    assert filed not in str(seen.page)


def test_nothing_is_said_to_be_filed_where_nothing_was(guest, maria):
    answer = guest.post("/me/sort", finding=suspect(maria), decision="unrelated")

    assert "also settled" not in guest.follow(answer).text


def suspect(maria: Staff) -> str:
    return maria.case(CaseKind.IMPERSONATION).finding_id


def test_nobody_accuses_several_accounts_at_once(portal, guest, maria):
    several = [card.id for card in list_pending_cards(portal.world.app, maria.id)][:2]
    offered = SortView(cards=(), left=0, number=1, last=1).bulk_choices
    assert Decision.IMPERSONATION not in {choice.value for choice in offered}

    told = guest.follow(guest.post("/me/sort", finding=several, decision="impersonation"))

    assert "Say it one by one: IT sees each at once" in told.text
    assert list_review_openings(portal.world.app) == ()
    guest.post("/me/sort", finding=suspect(maria), decision="impersonation")
    assert len(list_review_openings(portal.world.app)) == 1


def test_the_worst_comes_first_with_its_reasons_and_all_answers(guest, maria):
    page = guest.get("/me/sort").page

    card = page.find(attrs={"data-card": True})
    assert "card-high" in card["class"]
    assert "replaced by the digit 0" in card.find("details").get_text()
    values = [button["value"] for button in card.find_all("button", {"name": "decision"})]
    assert values == ["mine", "namesake", "impersonation", "unrelated", "mock"]


def test_a_page_builds_the_cards_and_answers_that_it_shows_and_no_others(
    portal, guest, maria, monkeypatch
):
    built = []
    disclose_finding = disclosure.disclose_finding

    def disclose(app, finding):
        built.append(finding.id)
        return disclose_finding(app, finding)

    for user in (card_services, finding_pages):
        monkeypatch.setattr(user, "disclose_finding", disclose)
    monkeypatch.setattr(finding_pages, "CARDS_PER_PAGE", 1)
    monkeypatch.setattr(finding_pages, "ANSWERS_PER_PAGE", 1)
    waiting = list_pending_cards(portal.world.app, maria.id)
    assert len(waiting) > 1

    page = guest.get("/me/sort?page=2").page
    assert len(page.select("[data-card]")) == len(built) == 1
    assert built == [waiting[1].id]

    guest.post("/me/sort", finding=[card.id for card in waiting[:2]], decision="unrelated")
    built.clear()
    guest.get("/me/sort/done")
    assert len(built) == 1


def test_an_own_account_has_reminders_and_an_account_of_others_none(portal, maria):
    url = "https://district.example/social-media"
    world = portal.world
    world.restarts(structs.replace(world.config, policy=PolicyConfig(url=url)))
    guest = Portal(world).signed_in(maria.mail)
    own = next(finding for finding in maria.findings.values() if finding.portrait.handle == HANDLE)

    shown = guest.get(f"/me/findings/{own.id}")

    named = "policy says Your account on Bluesky names your school. Keep work and"
    assert f"{named} personal accounts apart." in shown.text
    assert "Do not post photos of students without consent." in shown.text
    assert shown.page.find("a", href=url)
    assert "policy says" not in guest.get(f"/me/findings/{suspect(maria)}").text


@pytest.mark.parametrize("reviewers", [("ana@cedarvalley.example",), ()])
def test_a_plain_question_speaks_of_it_only_where_somebody_may_review(portal, maria, reviewers):
    config = portal.world.app.config
    district = structs.replace(config.district, reviewers=reviewers)
    portal.world.restarts(structs.replace(config, district=district))
    (plain,) = (url for url in maria.findings if "mdelgado-bakes" in url)
    guest = portal.signed_in(maria.mail)

    for path in (f"/me/findings/{maria.findings[plain].id}", "/me/sort"):
        seen = guest.get(path).text
        assert "Someone pretending to be me" in seen
        assert ("IT sees it, and reports it if you do not." in seen) is bool(reviewers)


def test_an_answer_is_kept_said_and_taken_back_by_one_button(portal, guest, maria):
    finding = suspect(maria)

    answer = guest.post("/me/sort", finding=finding, decision="impersonation")
    after = guest.follow(answer)

    assert "Saved: Someone pretending to be me." in after.text
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.IMPERSONATION
    undo = after.page.find("form", action="/me/sort/undo")
    guest.post("/me/sort/undo", finding=undo.find("input", {"name": "finding"})["value"])
    assert maria.case(CaseKind.IMPERSONATION).is_undecided
    assert portal.world.state.findings.find_finding_feedback(finding) is None


@pytest.mark.parametrize("path", ["/me/sort", "/me/cases/{case}"])
def test_who_is_impersonated_is_led_to_what_they_can_do_about_it(guest, maria, path):
    case = maria.case(CaseKind.IMPERSONATION)

    answer = guest.post(
        path.format(case=case.id), finding=case.finding_id, decision="impersonation"
    )
    kit = guest.follow(answer)

    assert "Report this account" in kit.text
    assert "Saved: Someone pretending to be me." in kit.text
    assert kit.page.find("form", action="/me/sort/undo")


@pytest.mark.parametrize("path", ["/me/sort", "/me/cases/{case}"])
def test_whoever_others_made_an_account_about_is_led_to_the_report(guest, maria, path):
    case = maria.case(CaseKind.IMPERSONATION)

    answer = guest.post(path.format(case=case.id), finding=case.finding_id, decision="mock")
    kit = guest.follow(answer)

    mock = maria.case(CaseKind.IMPERSONATION)
    assert mock.state is CaseState.MOCK
    assert "Report this account" in kit.text
    assert "Harassment or hate, then what fits" in kit.text
    assert "Show what was copied" not in kit.text
    back = guest.follow(guest.post(f"/me/cases/{mock.id}", decision="impersonation"))
    assert "Show what was copied" in back.text
    assert maria.case(CaseKind.IMPERSONATION).state is CaseState.IMPERSONATION


def test_several_are_answered_alike_and_taken_back_together(portal, guest, maria):
    cards = guest.get("/me/sort").page.find_all("input", {"name": "finding"})
    refs = [card["value"] for card in cards]
    assert len(refs) > 1
    # So few are answered one by one: nothing explains how to select several.
    assert "Answer several at once" not in guest.get("/me/sort").text

    answer = guest.post("/me/sort", finding=refs, decision="unrelated")
    assert f"Saved {len(refs)} answers" in guest.follow(answer).text
    guest.post("/me/sort/undo", finding=refs)

    assert portal.world.state.findings.list_findings_with_feedback(maria.id) == ()


def test_picking_nothing_is_said_and_changes_nothing(portal, guest, maria):
    answer = guest.post("/me/sort", decision="mine")

    assert "Select at least one card" in guest.follow(answer).text
    assert portal.world.state.findings.list_findings_with_feedback(maria.id) == ()


@pytest.mark.parametrize("decision", ["", "shared", "harmless", "nonsense"])
def test_another_word_than_the_four_is_refused(portal, guest, maria, decision):
    assert guest.post("/me/sort", finding=suspect(maria), decision=decision).status == 400
    assert portal.world.state.findings.list_findings_with_feedback(maria.id) == ()


def test_what_was_sorted_can_be_read_and_taken_back_later(guest, maria):
    guest.post("/me/sort", finding=suspect(maria), decision="namesake")

    listed = guest.get("/me/sort/done")
    assert "Someone else with my name" in listed.text

    guest.post("/me/sort/undo", finding=suspect(maria))
    assert "Nothing yet" in guest.get("/me/sort/done").text


def test_taking_back_what_was_never_said_is_said(guest, maria):
    answer = guest.post("/me/sort/undo", finding=suspect(maria))

    assert "nothing to undo" in guest.follow(answer).text


def test_after_eight_answers_what_they_taught_is_said(portal, guest, maria, monkeypatch):
    monkeypatch.setattr("monitor.services.answers.MIN_ANSWERS", 1)
    assert "What we learned from your answers" not in guest.get("/me/sort").text

    guest.post("/me/sort", finding=suspect(maria), decision="unrelated")

    assert "One answer so far." in guest.get("/me/sort").text


def test_a_finding_has_a_page_with_its_history_and_comparison(guest, maria):
    finding = suspect(maria)

    shown = guest.get(f"/me/findings/{finding}")

    assert "Is this account you?" in shown.text
    assert "We made an alert for you" in shown.text
    beside = guest.get(f"/me/findings/{finding}/beside")
    differing = [mark.get_text() for mark in beside.page.select("table mark.changed")]
    assert differing == ["0"]
    own = [where.get_text() for where in beside.page.select("thead .where")]
    assert own[-1] == "bsky.app/profile/mariadelgado.skies.example"
    assert guest.get(f"/me/findings/{finding}/versions").status == 200


def test_two_versions_are_compared_word_by_word(portal, maria):
    louder = replace(IMPOSTOR, bio=f"{IMPOSTOR.bio} Write to me!")
    portal.world.internet = portal.world.internet.remove_entry(IMPOSTOR).add_entry(louder)
    portal.world.a_week_later()
    portal.world.sweep()
    finding, guest = suspect(maria), portal.signed_in(maria.mail)

    page = guest.get(f"/me/findings/{finding}/versions").page

    assert "Write to me!" in page.find("ins").get_text()
    assert guest.get(f"/me/findings/{finding}/versions?from=1&to=999").status == 404


def test_a_case_is_shared_after_seeing_what_it_sees_and_taken_back(portal, guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    asked = guest.get(f"/me/cases/{case.id}/share")
    assert "Maria Delgado" in asked.text
    assert "Volcanoes" not in asked.text

    guest.post(f"/me/cases/{case.id}/share")
    assert [
        reviewable_case.id for reviewable_case, _ in list_review_openings(portal.world.app)
    ] == [case.id]
    assert "because you shared it" in guest.get(f"/me/findings/{case.finding_id}").text

    guest.post(f"/me/cases/{case.id}/unshare")
    assert list_review_openings(portal.world.app) == ()


def test_who_shares_what_others_made_openly_reads_before_that_who_then_reports_it(
    portal, guest, maria
):
    case = maria.case(CaseKind.IMPERSONATION)
    page, here = f"/me/cases/{case.id}/share", f"/me/findings/{case.finding_id}"
    decides = "IT decides what it is. Your answer overrules that."
    assert re.search(rf"Once it is shared, by \w+, [^:]+: {decides}", guest.get(page).text)
    maria.rules(case, Decision.MOCK)

    asked = guest.get(page).text

    plan = re.search(
        r"Once it is shared: (If you have not reported it by [^.]+, IT reports it, by [^.]+\. "
        r"If you leave it as it is, IT does not\.)",
        asked,
    )
    assert plan
    assert "IT reports it" not in guest.get(here).text
    guest.post(page)
    assert plan[1] in guest.get(here).text
    again = guest.get(page)
    assert (again.status, "Once it is shared" in again.text) == (200, False)
    assert find_review_turn(maria.case(CaseKind.IMPERSONATION)).what is CaseStep.REPORT
    maria.rules(case, Decision.HARMLESS)
    assert find_review_turn(maria.case(CaseKind.IMPERSONATION)) is None


def test_evidence_is_taken_back_in_one_word_while_it_still_sees_the_alert(portal, guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post("/me/sort", finding=case.finding_id, decision="impersonation")
    form = guest.get(f"/me/cases/{case.id}/share").page
    assert form.find("button", string="Give IT the evidence")
    guest.post(f"/me/cases/{case.id}/share")

    here = f"/me/findings/{case.finding_id}"
    assert guest.get(here).page.find("button", string="Take the evidence back")
    told = guest.follow(guest.post(f"/me/cases/{case.id}/unshare")).text

    assert "IT can no longer download the evidence, and has not." in told
    assert "No longer shared" not in told
    assert "IT has been able to see this since" in told


def test_taking_sharing_back_keeps_what_was_said_since(portal, guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post(f"/me/cases/{case.id}/share")
    guest.post(f"/me/cases/{case.id}", decision="harmless", until="30")

    guest.post(f"/me/cases/{case.id}/unshare")

    after = maria.case(CaseKind.IMPERSONATION)
    assert after.state is CaseState.HARMLESS
    assert after.harmless_until == portal.world.clock.at + timedelta(days=30)
    assert after.shared_at is None


@pytest.mark.parametrize("word", ["shared", "reopened", "family", "", "nonsense"])
def test_a_decision_that_does_not_fit_a_case_is_refused(guest, maria, word):
    case = maria.case(CaseKind.IMPERSONATION)

    assert guest.post(f"/me/cases/{case.id}", decision=word).status == 400
    assert maria.case(CaseKind.IMPERSONATION) == case


def test_what_is_another_persons_is_not_there(portal, guest, maria):
    thomas = portal.signed_in(portal.world.joins(THOMAS).mail)
    case = maria.case(CaseKind.IMPERSONATION)
    gets = (
        *(f"/me/findings/{case.finding_id}{rest}" for rest in ("", "/beside", "/versions")),
        f"/me/cases/{case.id}/share",
    )
    posts = (f"/me/cases/{case.id}{rest}" for rest in ("", "/undo", "/share", "/unshare"))

    assert {thomas.get(path).status for path in gets} == {404}
    assert {thomas.post(path, decision="mine").status for path in posts} == {404}
    for path in ("/me/sort", "/me/sort/undo"):
        assert thomas.post(path, finding=case.finding_id, decision="mine").status == 404
    assert maria.case(CaseKind.IMPERSONATION) == case
    # The address may name anything; only one's own is told of.
    assert "Saved" not in thomas.get(f"/me/sort?done={case.finding_id}").text


def test_looking_changes_no_row(portal, guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post("/me/sort", finding=case.finding_id, decision="impersonation")
    before = dump(portal)

    for path in (
        *("/me", "/me/sort", "/me/sort/done", "/me/check", "/me/joined"),
        *(f"/me/findings/{case.finding_id}{rest}" for rest in ("", "/beside", "/versions")),
        f"/me/cases/{case.id}/share",
    ):
        assert guest.get(path).status == 200, path

    assert dump(portal) == before


def dump(portal: Portal) -> list[str]:
    database = portal.world.state.findings.connection
    tables = [
        name
        for (name,) in database.fetch_rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    ]
    return [
        f"{table} {tuple(row)}"
        for table in tables
        for row in database.fetch_rows(f"SELECT * FROM {table}")  # noqa: S608 - tables of ours
    ]


def test_home_shows_what_is_open_and_what_to_sort(guest, maria):
    shown = guest.get("/me")

    assert shown.page.h1.get_text() == "This account may be pretending to be you."
    assert "2 of 2 places checked." in shown.text
    assert shown.page.find("a", href=f"/me/findings/{suspect(maria)}")


def test_what_was_filed_without_a_question_is_not_called_one(portal, guest, maria):
    pending = list_pending_cards(portal.world.app, maria.id)
    filed = next(card.id for card in pending if not card.is_asked)

    page = guest.get(f"/me/findings/{filed}").page
    cards = guest.get("/me/sort").page.find_all(attrs={"data-card": True})
    (card,) = (one for one in cards if one.find("input", {"name": "finding", "value": filed}))

    assert "Question" not in page.find(class_="tags").get_text()
    assert not page.h1.get_text().startswith("Is this")
    assert page.find("button", {"name": "decision"})
    assert "Question" not in card.find(class_="tags").get_text()
    assert not card.h2.get_text().startswith("Is this")
    (lead,) = guest.get("/me/sort").page.select("main > h2, main h2:not(.card-title)")
    assert lead.get_text() == "We filed these ourselves: correct us where we are wrong."
    assert lead.find_previous(attrs={"data-card": True})
    assert lead.find_next(attrs={"data-card": True})


def test_home_in_the_first_week_says_what_will_come(portal):
    shown = portal.signed_in(portal.world.joins(MARIA).mail).get("/me").text

    assert "Your first check is still to come" in shown
    assert "The next weekly check is on" in shown


def test_home_tells_of_the_last_look_while_the_next_is_under_way(portal, maria):
    world = portal.world
    world.a_week_later()
    last = world.state.sweeps.find_latest_sweep(SweepKind.SWEEP)
    begun = replace(last, id="begun", started_at=world.clock.at, closed_at=None)
    world.state.sweeps.open_or_resume(begun)

    shown = portal.signed_in(maria.mail).get("/me").text

    assert "2 of 2 places checked." in shown
    assert "Your first check is still to come" not in shown


def test_what_could_not_be_checked_is_never_told_as_nothing_there(portal):
    joined = portal.world.joins(MARIA)
    internet = portal.world.internet
    portal.world.internet = internet.trouble_host(
        "chalkboard.example", HostMood.BLOCKING
    ).trouble_host("appview.example", HostMood.BLOCKING)
    portal.world.sweep()

    reader = portal.signed_in(joined.mail)

    home, *others = (reader.get(page).text for page in ("/me", "/me/sort", "/me/findings"))
    assert "0 of 2 places checked." in home
    for shown in (home, *others):
        assert "We could not check anything last time" in shown
        assert "We found nothing" not in shown


def test_the_list_writes_ones_own_address_as_it_is_and_that_of_others_so_that_nothing_opens_it(
    guest, maria
):
    shown = guest.get("/me/findings").text

    assert "bsky.app/profile/mariadelgado.skies.example" in shown.replace(" ", "")
    assert "mariadelgad0[.]skies[.]example" in shown.replace(" ", "")


def test_an_undo_names_the_step_that_it_takes_back(guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    for step in (Decision.IMPERSONATION, Decision.REPORTED, Decision.REFUSED):
        guest.post(f"/me/cases/{case.id}", decision=step)
    shown = guest.get(f"/me/findings/{case.finding_id}").text
    assert "You said: Someone pretending to be me." in shown
    assert "Undo “The platform left it up”" in shown

    after = guest.follow(guest.post(f"/me/cases/{case.id}/undo")).text

    assert "Undone: “The platform left it up”." in after
    assert "Undo “I reported it”" in after


def test_ruled_cases_say_so_and_can_be_taken_back(guest, maria):
    case = maria.case(CaseKind.IMPERSONATION)
    guest.post(f"/me/cases/{case.id}", decision=Decision.IMPERSONATION)
    assert (
        "You said: Someone pretending to be me."
        in guest.get(f"/me/findings/{case.finding_id}").text
    )

    undone = guest.post(f"/me/cases/{case.id}/undo")

    assert "Undone: “Someone pretending to be me”." in guest.follow(undone).text
    assert maria.case(CaseKind.IMPERSONATION).is_undecided
    answer = guest.post(f"/me/cases/{case.id}/undo")
    assert "nothing to undo" in guest.follow(answer).text
