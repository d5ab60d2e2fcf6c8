"""Which language a page comes in: what its reader chose, else their browser, else the district."""

import pytest
from msgspec import structs

from monitor.demo.district import MARIA
from monitor.domain.vocabulary import AuthMethod, Language
from monitor.services.data_export import build_data_export
from monitor.services.enrollment import invite_person
from monitor.services.outbox import send_due
from reports.translation import get_language
from tests.monitor.services.world import REVIEWERS, Staff
from tests.monitor.web.portal import OPERATOR, Guest, Portal
from tests.monitor.web.test_enrollment import joined

SPANISH = {"headers": {"Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}}
OTHER = {"headers": {"Accept-Language": "fr-FR,fr"}}


@pytest.fixture
def maria(portal: Portal) -> Staff:
    return portal.world.joins(MARIA)


@pytest.fixture
def guest(portal: Portal, maria: Staff) -> Guest:
    return portal.signed_in(maria.mail)


def speaks_spanish(portal: Portal) -> None:
    config = portal.world.app.config
    district = structs.replace(config.district, language=Language.SPANISH)
    portal.world.restarts(structs.replace(config, district=district))


def language(page) -> str:
    return str(page.page.find("html")["lang"])


def test_a_stranger_reads_the_language_of_their_browser(portal):
    assert portal.guest().get("/sign-in", **SPANISH).title == "Iniciar sesión"
    assert language(portal.guest().get("/sign-in", **SPANISH)) == "es"
    assert portal.guest().get("/sign-in").title == "Sign in"


def test_else_that_of_the_district(portal):
    speaks_spanish(portal)

    assert language(portal.guest().get("/sign-in", **OTHER)) == "es"
    assert language(portal.guest().get("/sign-in", headers={"Accept-Language": "en"})) == "en"


@pytest.mark.parametrize("path", ["/sign-in", "/join/none", "/static/none.css"])
def test_a_page_leaves_its_language_to_nothing_that_comes_after_it(portal, path):
    speaks_spanish(portal)
    portal.guest().get(path, **SPANISH)

    assert get_language() is Language.ENGLISH


def test_an_answer_that_refuses_speaks_it_too(portal):
    refused = portal.guest().get("/join/none", **SPANISH)

    assert (refused.status, refused.title) == (404, "No se encontró la página")


def test_a_stranger_chooses_for_this_browser(portal):
    guest = portal.guest()

    answer = guest.post("/language", language="es", back="/join")

    assert answer.leads_to == "/join"
    assert language(guest.follow(answer)) == "es"
    assert language(portal.guest().get("/join")) == "en"


def test_what_a_person_chose_holds_in_every_browser_and_is_on_record(portal, maria, guest):
    answer = guest.post("/language", language="es", back="/me/data")

    assert language(guest.follow(answer)) == "es"
    assert language(portal.signed_in(maria.mail).get("/me")) == "es"
    assert maria.world.state.preferences.load_preferences(maria.id).language is Language.SPANISH
    entries = maria.world.state.audit.list_entries_of_subjects((maria.id,))
    assert [entry.action for entry in entries].count("language-chosen") == 1
    guest.post("/language", language="es", back="/me/data")
    entries = maria.world.state.audit.list_entries_of_subjects((maria.id,))
    assert [entry.action for entry in entries].count("language-chosen") == 1


def test_it_is_part_of_their_copy(portal, guest, maria):
    guest.post("/language", language="es")

    copy = build_data_export(portal.world.app, maria.id).encode_json()

    assert b'"language": "es"' in copy


@pytest.mark.parametrize(
    "back", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "", "me"]
)
def test_choosing_leads_to_no_other_site(portal, back):
    assert portal.guest().post("/language", language="es", back=back).leads_to == "/"


def test_a_language_that_there_is_not_is_refused(portal):
    assert portal.guest().post("/language", language="tlh").status == 400


def test_each_page_offers_the_other_language_and_leads_back_to_itself(guest):
    form = guest.get("/me/data/scopes").page.find("header").find("form")

    assert form.find("button").get_text(strip=True) == "Español"
    assert form.find("button")["lang"] == "es"
    assert form.find("input", {"name": "back"})["value"] == "/me/data/scopes"


def test_joining_is_in_the_language_that_then_is_theirs(portal):
    invitation = invite_person(portal.world.app, MARIA.person.mail, "Maria", "Delgado")
    invited = portal.entered(invitation.id, AuthMethod.INVITATION)
    invited.post("/language", language="es", back="/join/read")

    assert invited.get("/join/read").title == "Inscribirse en Namesake"
    joined(invited)

    (person,) = portal.world.state.people.list_person_ids()
    assert portal.world.state.preferences.load_preferences(person).language is Language.SPANISH


def test_the_consent_text_is_translated_and_its_english_is_there_and_recorded(portal):
    invitation = invite_person(portal.world.app, MARIA.person.mail, "Maria", "Delgado")
    invited = portal.entered(invitation.id, AuthMethod.INVITATION)

    shown = invited.get("/join/read", **SPANISH)

    assert "Nunca iniciamos sesión." in shown.text
    assert "Lo que promete vale en los dos." in shown.text
    english = shown.page.select_one('div[lang="en"]').get_text(" ", strip=True)
    assert "We never sign in anywhere." in english
    assert "holds in both" not in invited.get("/join/read").text


def test_pages_of_an_office_are_english(portal, maria):
    for mail, path in ((REVIEWERS[0], "/review"), (OPERATOR, "/operate")):
        page = portal.signed_in(mail).get(path, **SPANISH)
        assert language(page) == "en"
        assert page.page.find("form", {"action": "/language"}) is None


def test_what_it_would_see_is_shown_in_the_language_of_its_person(scene):
    maria = scene.guests["maria"]
    maria.post("/language", language="es")

    shown = maria.get(f"/me/cases/{scene.case}/share").page

    assert shown.select_one("dl [lang=en]") is None
    fields = zip(shown.select("dt"), shown.select("dd"), strict=True)
    told = {name.get_text(strip=True): value.get_text(strip=True) for name, value in fields}
    assert told["Tipo"] == "Posible suplantación"


def test_the_text_and_the_evidence_for_a_platform_are_english(scene):
    maria = scene.guests["maria"]
    before = maria.get(f"/me/takedown/{scene.case}/pack").response.data
    maria.post("/language", language="es")

    shown = maria.get(f"/me/takedown/{scene.case}")

    assert shown.title == "Denunciar esta cuenta"
    text = shown.page.select_one("textarea#text")
    assert text["lang"] == "en"
    assert "It pretends to be me, Maria Delgado" in text.get_text()
    assert maria.get(f"/me/takedown/{scene.case}/pack").response.data == before


def test_programs_are_answered_in_english(portal):
    answer = portal.guest().get("/api/v1/me", **SPANISH)

    assert "access token" in answer.html


def test_the_code_comes_in_the_language_of_the_page_that_asked(portal, maria):
    for asked, subject in ((SPANISH, "Inicie sesión en"), ({}, "Sign in to")):
        guest = portal.guest()
        guest.send("/sign-in", {"csrf": guest.csrf, "address": maria.mail}, **asked)
        send_due(portal.world.app)
        assert maria.emails_of("sign-in-link")[-1].email.subject.startswith(subject)
