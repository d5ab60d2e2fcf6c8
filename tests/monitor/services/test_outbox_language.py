"""An email comes in its reader's language of the day on which it is sent."""

import pytest
from msgspec import structs

from monitor.demo.district import MARIA, THOMAS
from monitor.domain.vocabulary import Language
from monitor.services.enrollment import invite_person
from monitor.services.notifications import load_language, queue_operator_emails
from monitor.services.outbox import send_due
from monitor.services.preferences import choose_preference
from reports.emails.office import TrialView
from reports.translation import get_language
from tests.monitor.services.world import World


def speaks_spanish(world: World) -> None:
    district = structs.replace(world.app.config.district, language=Language.SPANISH)
    world.restarts(structs.replace(world.app.config, district=district))


def test_an_email_is_in_the_language_that_its_reader_chose(world):
    maria, thomas = world.joins(MARIA), world.joins(THOMAS)
    choose_preference(world.app, maria.id, "language", Language.SPANISH)
    world.sweep()
    world.on_monday()

    (spanish,), (english,) = maria.emails_of("digest"), thomas.emails_of("digest")

    assert "su primer resumen" in spanish.email.subject
    assert "Recibe este correo porque usted se inscribió en Namesake" in spanish.text
    assert "your first overview" in english.email.subject
    assert get_language() is Language.ENGLISH


def test_a_queued_email_follows_a_choice_made_before_it_is_sent(world):
    maria = world.joins(MARIA)
    choose_preference(world.app, maria.id, "language", Language.SPANISH)

    send_due(world.app)

    (welcome,) = maria.emails_of("enrolled")
    assert welcome.email.subject == "Namesake: su inscripción está completa"


def test_without_a_choice_the_district_has_one(world):
    maria = world.joins(MARIA)
    assert load_language(world.app, maria.id) is Language.ENGLISH

    speaks_spanish(world)
    invite_person(world.app, THOMAS.person.mail, "Thomas", "Reed")
    send_due(world.app)

    assert load_language(world.app, maria.id) is Language.SPANISH
    (invitation,) = world.post.of_kind("invitation")[-1:]
    assert invitation.email.subject == "Namesake: una invitación"


def test_an_office_reads_english(world):
    speaks_spanish(world)
    district = structs.replace(world.app.config.district, operators=("ops@cedarvalley.example",))
    world.restarts(structs.replace(world.app.config, district=district))
    queue_operator_emails(world.app, "a test", lambda greeting: TrialView(**greeting))

    send_due(world.app)

    (trial,) = world.post.of_kind("trial")
    assert "operators" in trial.text
    assert "Recibe" not in trial.text


@pytest.mark.parametrize("chosen", list(Language))
def test_a_choice_is_replaced_by_the_next(world, chosen):
    maria = world.joins(MARIA)
    for language in (*Language, chosen):
        choose_preference(world.app, maria.id, "language", language)

    assert world.state.preferences.load_preferences(maria.id).language is chosen
