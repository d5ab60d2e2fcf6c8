"""One's own data: read, changed, paused, renewed, and left, in a browser without a script."""

from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.db.legal_holds import LegalHold
from monitor.demo.district import MARIA, ROSA
from monitor.domain.person import AlertFeed, Reviewer, build_reviewer_id
from monitor.domain.person_limits import MAX_EXPORTS_AN_HOUR
from monitor.domain.students.matching import ContactMatchResult
from monitor.domain.vocabulary import CaseKind, ConsentAction, ConsentChannel, Decision, Scope
from monitor.services.answers import share_case
from monitor.services.data_export import build_data_export, export_person_data
from monitor.services.findings import build_home_view
from monitor.services.review import confirm_early_access, propose_early_access
from monitor.services.review_access import record_case_views
from reports.dates import format_day
from reports.templating import spell_number
from tests.monitor.decisions import decide_case
from tests.monitor.services.fakes import FakeMatcher
from tests.monitor.services.held import lifts_hold, places_hold
from tests.monitor.services.world import IMPOSTOR, REVIEWERS, Staff
from tests.monitor.web.portal import Guest, Portal, Seen, count_visible_words

LINKED = ContactMatchResult(flagged=True, count=2, cues=("class-of",))
MOST_WORDS_OF_SETTINGS = 250
CHECK_NOW = 'a.button[href="/me/check"]'
CHECK_FORM = 'form[action="/me/check"]'


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA, scopes=frozenset({Scope.SEARCH, Scope.PROFILES}))


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def consent(maria: Staff):
    return maria.world.state.consents.find_latest_consent(maria.id)


def sent_along(seen: Seen) -> dict[str, str]:
    """What the form under the text sends by itself."""
    return {name: seen.page.find("input", {"name": name})["value"] for name in ("seal", "shown")}


def test_what_is_kept_and_agreed_to_is_shown(guest):
    shown = guest.get("/me/data").text

    assert "We ask search engines for your names" in shown
    assert "You agreed on" in shown
    assert "Results: accounts and pages 0" in shown
    assert "Bluesky @mariadelgado.skies.example" in shown


def test_a_day_is_that_of_the_readers_own_time_zone(guest, maria):
    people, given = maria.world.state.people, consent(maria).given_at
    shown = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):  # 25 hours apart
        people.update_person(replace(people.load_person(maria.id), zone=zone))
        shown.add(day := format_day(given, zone))
        assert f"You agreed on {day}." in guest.get("/me/data").text

    assert len(shown) == 2


def test_what_only_a_search_found_is_counted_and_asked_about_before_it_goes(portal, guest, maria):
    portal.world.sweep()
    found = list_ids(portal, maria)
    page = guest.post("/me/data/scopes", scopes="search")

    assert "results are deleted." in page.text
    assert "Nobody can bring it back." in page.text
    assert "Keep it" in page.text
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}
    assert list_ids(portal, maria) == found

    sent = {box["name"]: box["value"] for box in page.page.select("main input[type=hidden]")}
    assert guest.post("/me/data/scopes", **sent).leads_to == "/me/data"
    assert consent(maria).scopes == {Scope.SEARCH}
    gone = len(found) - len(list_ids(portal, maria))
    assert f"{spell_number(gone)} results are deleted." in page.text


def test_what_goes_once_a_legal_hold_is_lifted_is_asked_about_too(portal, guest, maria):
    portal.world.sweep()
    asked = guest.post("/me/data/scopes", scopes="search").page.select_one("main ul").text
    places_hold(portal.world.app, maria.id, "A request for records.")
    found = list_ids(portal, maria)

    page = guest.post("/me/data/scopes", scopes="search")

    assert page.page.select_one("main ul").text == asked
    assert "A legal hold keeps this for now." in page.text
    assert "Nobody can bring it back." not in page.text
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}

    guest.post("/me/data/scopes", scopes="search", sure="yes")
    assert consent(maria).scopes == {Scope.SEARCH}
    assert list_ids(portal, maria) == found
    lifts_hold(portal.world.app, maria.id, "The case is closed.")
    assert len(list_ids(portal, maria)) < len(found)


def list_ids(portal, maria):
    return portal.world.state.findings.list_finding_ids_of_person(maria.id)


def test_a_renewal_with_fewer_searches_is_asked_about_first(portal, guest, maria):
    portal.world.sweep()
    page = guest.get("/me/data/renew")

    answer = guest.post("/me/data/renew", scopes=["search"], **sent_along(page))

    assert answer.leads_to == "/me/data/scopes"
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}


def test_searches_in_place_of_all_others_are_asked_about_first(portal, guest, maria):
    portal.world.sweep()
    found = list_ids(portal, maria)
    page = guest.follow(guest.post("/me/data/scopes", scopes="photos"))

    answer = guest.post("/me/data/renew", scopes=["photos"], **sent_along(page))

    assert answer.leads_to == "/me/data/scopes"
    assert "Add the new search first" in guest.follow(answer).text
    assert list_ids(portal, maria) == found
    assert found


def test_alerts_of_results_that_stay_and_feeds_are_named_before_they_go(portal):
    world = portal.world
    world.matcher = FakeMatcher(says=LINKED)
    rosa = world.joins(ROSA, read=True)
    feed = AlertFeed(address="https://www.google.com/alerts/feeds/1/2", added_at=world.clock.at)
    people = world.state.people
    people.update_person(replace(people.load_person(rosa.id), alert_feeds=(feed,)))
    world.sweep()
    guest = portal.signed_in(rosa.mail)

    links = guest.post("/me/data/scopes", scopes=["search", "profiles"]).text
    assert f"{spell_number(len(rosa.cases))} open alerts are deleted." in links
    searches = guest.post("/me/data/scopes", scopes=["profiles", "student-links"]).text
    assert f"{spell_number(1)} feed of yours is deleted." in searches
    assert (len(rosa.cases), people.load_person(rosa.id).alert_feeds) == (2, (feed,))


def test_taking_a_scope_back_needs_no_new_answer(guest, maria):
    answer = guest.post("/me/data/scopes", scopes="profiles")

    assert answer.leads_to == "/me/data"
    assert consent(maria).scopes == {Scope.PROFILES}
    assert consent(maria).channel is ConsentChannel.PORTAL


def test_adding_a_scope_leads_to_the_text_and_counts_with_its_yes(portal, guest, maria):
    answer = guest.post("/me/data/scopes", scopes=["search", "profiles", "photos"])
    page = guest.follow(answer)
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}
    assert "What we never look at" in page.text
    chosen = [box["value"] for box in page.page.find_all("input", checked=True)]
    assert set(chosen) == {"search", "profiles", "photos"}

    guest.post("/me/data/renew", scopes=chosen, **sent_along(page))

    assert Scope.PHOTOS in consent(maria).scopes


def test_what_a_scope_would_ask_anew_is_shown_before_it_counts_as_at_joining(guest, maria):
    guest.post("/me/data/scopes", scopes="search")
    words = guest.get("/me/data/scopes").text
    assert "New searches" not in words

    page = guest.follow(guest.post("/me/data/scopes", scopes=["search", "profiles"]))

    assert "New searches You are adding: Profile sites." in page.text
    assert "Chalkboard" in page.text
    assert "mariadelgado" in page.text
    assert consent(maria).scopes == {Scope.SEARCH}


def test_a_scope_that_brings_no_first_query_says_so(guest):
    page = guest.get("/me/data/renew?scopes=search-or-profiles-or-photos")

    assert "You are adding: Profile pictures." in page.text
    assert "This adds no new search words today." in page.text


def test_a_scope_ticked_beside_the_text_is_previewed_before_it_counts(guest, maria):
    guest.post("/me/data/scopes", scopes="search")
    page = guest.get("/me/data/renew")

    answer = guest.post("/me/data/renew", scopes=["search", "profiles"], **sent_along(page))

    assert answer.leads_to == "/me/data/renew?scopes=profiles-or-search#new-searches"
    assert consent(maria).scopes == {Scope.SEARCH}
    shown = guest.follow(answer)
    assert "See below what your choice would add." in shown.text
    assert "New searches You are adding: Profile sites." in shown.text
    guest.post("/me/data/renew", scopes=["search", "profiles"], **sent_along(shown))
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}


def test_renewing_what_one_agreed_to_shows_nothing_anew(guest, maria):
    page = guest.get("/me/data/renew")

    assert "New searches" not in page.text
    guest.post("/me/data/renew", scopes=["search", "profiles"], **sent_along(page))
    assert consent(maria).act is ConsentAction.RENEWED


def test_an_answer_to_another_text_does_not_count(guest, maria):
    before = consent(maria)

    answer = guest.post("/me/data/renew", scopes=["search"], seal="of another text")

    assert answer.leads_to == "/me/data/renew"
    assert consent(maria) == before


@pytest.mark.parametrize("place", ["scopes", "renew"])
def test_choosing_nothing_is_a_fault_with_two_ways_out(guest, maria, place):
    answer = guest.post(f"/me/data/{place}")

    assert answer.status == 422
    assert "pause or leave instead" in answer.text
    assert consent(maria).scopes == {Scope.SEARCH, Scope.PROFILES}


def test_settings_fit_into_a_glance_and_the_rest_is_folded(guest):
    seen = guest.get("/me/data")

    assert count_visible_words(seen) <= MOST_WORDS_OF_SETTINGS
    folded = [fold.find("summary").get_text(strip=True) for fold in seen.page.select("details")]
    assert folded == [
        "How many of each",
        "Pause",
        "How often we email you",
        "Who in IT must not see your alerts",
        "Programs and calendars",
        "Signed in on other devices?",
    ]
    # A link from another page leads into a fold, which opens.
    for place in ("#pause", "#weekly-email"):
        assert seen.page.select_one(f"details {place}")


def test_a_pause_has_an_end_and_can_be_ended_early(portal, guest, maria):
    assert guest.post("/me/data/pause").status == 422
    assert guest.post("/me/data/pause", days="3650").status == 422
    offered = guest.get("/me/data").page.select("input[name=days]")
    assert [field["value"] for field in offered] == ["7", "14", "30", "90"]

    guest.post("/me/data/pause", days="30")
    assert "Checks are paused until Mon, Oct 12, 2026" in guest.get("/me/data").text
    home = guest.get("/me")
    assert "Paused until Mon, Oct 12, 2026" in home.text
    assert home.page.h1.get_text().startswith("Paused")
    assert home.page.select_one(".banner-good") is None
    assert home.page.select_one(CHECK_NOW) is None
    assert guest.get("/me/check").page.select_one(CHECK_FORM) is None
    assert "right now. You see" not in guest.get("/me/check").text
    assert guest.post("/me/check").status == 409
    until = consent(maria).paused_until
    view = build_home_view(portal.world.app, maria.id)
    assert view.next_sweep > until
    assert view.next_digest > until

    guest.post("/me/data/resume")
    assert guest.get("/me").page.select_one(CHECK_NOW)
    assert guest.get("/me/check").page.select_one(CHECK_FORM)
    assert consent(maria).allows_queries(portal.world.clock.at)


@pytest.mark.parametrize(
    ("page", "typed", "kept"),
    [
        ("names", {"given": "Maria", "family": "Delgado", "middle": "Ruiz"}, "Ruiz"),
        ("work", {"school": "Maple Street", "places": "Ames, Cedar Valley"}, "Ames"),
        ("accounts", {"handles": "mariad, @mdelgado"}, "mdelgado"),
    ],
)
def test_what_one_told_can_be_changed_and_faults_are_said(guest, maria, page, typed, kept):
    assert guest.get(f"/me/data/{page}").status == 200

    assert guest.post(f"/me/data/{page}", **typed).leads_to == "/me/data"

    assert kept in guest.get("/me/data").text
    assert guest.post("/me/data/names", given="", family="D").status == 422
    assert maria.world.state.people.load_person(maria.id).name.given == "Maria"


def test_an_account_is_added_and_taken_off_at_once(guest, maria):
    guest.post("/me/data/accounts", address="instagram.com/maria.d", action="add")
    assert "instagram:@maria.d" in maria.world.state.people.load_person(maria.id).accounts

    guest.post("/me/data/accounts", remove="instagram:@maria.d")

    assert "instagram:@maria.d" not in maria.world.state.people.load_person(maria.id).accounts
    assert guest.post("/me/data/accounts", address="maria", action="add").status == 422


def test_who_looked_is_told_by_role_and_leads_to_what(portal, guest, maria):
    portal.world.internet = portal.world.internet.add_entry(IMPOSTOR)
    portal.world.sweep()
    case = maria.case(CaseKind.IMPERSONATION)
    share_case(portal.world.app, maria.id, case.id)
    record_case_views(portal.world.app, Reviewer(address=REVIEWERS[0]), [case.id])
    rosa = portal.world.joins(ROSA)

    seen = guest.get("/me/data/seen")

    assert "A reviewer viewed this alert" in seen.text
    assert "You joined" in seen.text
    assert seen.page.find("a", href=f"/me/findings/{case.finding_id}")
    other = portal.signed_in(rosa.mail).get("/me/data/seen").text
    assert "viewed this alert" not in other


def test_each_act_about_an_alert_has_a_verb_of_its_own(portal, guest, maria):
    portal.world.internet = portal.world.internet.add_entry(IMPOSTOR)
    portal.world.sweep()
    app, case = portal.world.app, maria.case(CaseKind.IMPERSONATION)
    for said in (Decision.SHARED, Decision.IMPERSONATION, Decision.REPORTED, Decision.REOPENED):
        decide_case(app, case.id, said, maria.id)
    reviewer = build_reviewer_id(REVIEWERS[0])
    for said in (Decision.REPORTED, Decision.REOPENED):
        decide_case(app, case.id, said, reviewer)
    decide_case(app, case.id, Decision.UNSHARED, maria.id)

    told = guest.get("/me/data/seen").text

    acts = (
        "You took back what you shared with IT",
        "A reviewer took their last decision back",
        "A reviewer reported it to the platform",
        "You took your last answer back",
        "You reported it to the platform",
        "You confirmed that it is an impersonation",
        "You shared it with IT",
    )
    assert sorted(acts, key=told.index) == list(acts)
    copy = build_data_export(app, maria.id).view
    log = next(part for part in copy.parts if part.title == "Audit log")
    assert {f"{who} {what}" for _, who, what in log.rows} >= set(acts)


def test_a_legal_hold_is_said_plainly_with_its_reason(portal, guest, maria):
    places_hold(portal.world.app, maria.id, "A request for records.")

    shown = guest.get("/me/data").text
    assert "Legal hold since Sep 12, 2026" in shown
    assert "A request for records." in shown
    assert "stays until the hold is lifted" in guest.get("/me/data/leave").text


def test_a_hold_whose_reason_was_lost_is_said_and_where_it_still_is(portal, guest, maria):
    hold = LegalHold(person_id=maria.id, placed_at=portal.world.clock.now(), by=(), reason="")
    portal.world.app.db.legal_holds.insert_legal_hold(hold)

    shown = guest.get("/me/data").text
    assert "The email that told you of the hold has both" in shown
    assert "this reason" not in shown


def test_leaving_takes_one_page_ends_every_session_and_says_what_happens(portal, guest, maria):
    elsewhere = portal.signed_in(maria.mail)
    assert "within 24 hours" in guest.get("/me/data/leave").text

    answer = guest.post("/me/data/leave")

    assert "You left" in guest.follow(answer).title
    assert consent(maria).withdrawn_at == portal.world.clock.at
    for side in (guest, elsewhere):
        assert side.get("/me").leads_to == "/sign-in"


def test_who_has_left_and_signs_in_before_the_erasure_is_told_so(portal, maria):
    maria.withdraws()

    shown = portal.signed_in(maria.mail).get("/me")

    assert "You left" in shown.title
    assert "Sep 13, 2026" in shown.text


def test_whose_consent_ran_out_can_renew_it(portal, maria):
    portal.world.later(days=366)
    guest = portal.signed_in(maria.mail)

    shown = guest.get("/me/data")
    assert "Your consent has ended" in shown.text
    assert guest.post("/me/check").status == 409
    seal = guest.get("/me/data/renew").page.find("input", {"name": "seal"})["value"]
    guest.post("/me/data/renew", scopes="profiles", seal=seal)

    assert consent(maria).is_active(portal.world.clock.at)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/me/data/pause", {"days": "30"}),
        ("/me/data/resume", {}),
        ("/me/data/scopes", {"scopes": "profiles"}),
    ],
)
def test_what_comes_after_the_end_of_the_consent_is_told_of_it(portal, maria, path, told):
    portal.world.later(days=366)
    guest = portal.signed_in(maria.mail)

    shown = guest.follow(guest.post(path, **told))

    assert "we do not search for you" in shown.text
    assert not consent(maria).paused_until


def test_signing_out_everywhere_ends_every_session(portal, guest, maria):
    elsewhere = portal.signed_in(maria.mail)

    guest.post("/me/data/sign-out")

    assert elsewhere.get("/me").leads_to == "/sign-in"


def test_a_copy_of_everything_is_handed_over_and_written_down(portal, guest, maria):
    answer = guest.post("/me/data/export")

    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.response.data.startswith(b"PK")
    assert portal.world.state.audit.list_entries_of_subjects((maria.id,))[-1].action == "exported"


def test_the_sixth_copy_within_an_hour_waits_and_the_page_says_until_when(portal, guest):
    for _ in range(MAX_EXPORTS_AN_HOUR):
        assert guest.post("/me/data/export").status == 200
        portal.world.clock.at += timedelta(minutes=5)

    told = guest.post("/me/data/export")

    assert (told.status, told.headers["Retry-After"]) == (429, str(35 * 60))
    assert told.page.select_one(".faults a")["href"] == "#copy"
    assert "You can make the next one after" in told.page.find(id="copy").get_text()
    assert told.page.find("form", action="/me/data/export") is None
    portal.world.clock.at += timedelta(minutes=35)
    assert portal.signed_in(MARIA.person.mail).post("/me/data/export").status == 200


def test_copies_that_others_take_use_up_nobodys_own(portal, guest, maria):
    rosa = portal.signed_in(portal.world.joins(ROSA).mail)
    for _ in range(MAX_EXPORTS_AN_HOUR):
        rosa.post("/me/data/export")
        export_person_data(portal.world.app, maria.id, "operator")

    assert guest.post("/me/data/export").status == 200


def test_it_is_counted_truly_what_it_sees_and_saw(portal: Portal):
    world = portal.world
    world.internet = world.internet.add_entry(IMPOSTOR)
    maria = world.joins(MARIA)
    world.sweep()
    case = maria.case(CaseKind.IMPERSONATION)
    guest = portal.signed_in(maria.mail)
    counts = "Of those, IT can see now {} Of those, IT has viewed {}"
    assert counts.format(0, 0) in guest.get("/me/data").text

    maria.rules(case, Decision.IMPERSONATION)
    assert counts.format(1, 0) in guest.get("/me/data").text
    ana, bo = (Reviewer(address=reviewer) for reviewer in REVIEWERS)
    record_case_views(world.app, ana, [case.id])
    maria.rules(maria.case(CaseKind.IMPERSONATION), Decision.REOPENED)
    assert counts.format(0, 1) in guest.get("/me/data").text

    asked = propose_early_access(world.app, ana, case.id, "A parent called about it.")
    confirm_early_access(world.app, bo, asked.id)
    assert counts.format(1, 1) in guest.get("/me/data").text
    finding = guest.get(f"/me/findings/{case.finding_id}").text
    assert "IT can see this until" in finding
    assert "because two reviewers opened it early" in finding
