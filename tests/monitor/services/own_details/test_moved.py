"""What becomes of everything that bore a person's old work address."""

import json
import re
from dataclasses import replace

import pytest
from msgspec import structs

from monitor.config.sections import ProfileApiConfig
from monitor.db.queries import QueryRecord
from monitor.demo.district import MARIA
from monitor.domain.email_delivery import Bounce
from monitor.domain.errors import DatabaseError
from monitor.domain.vocabulary import Scope
from monitor.services.backup_checks import check_stored_values
from monitor.services.bounces import process_bounce
from monitor.services.consent_end import withdraw_consent
from monitor.services.data_export import export_person_data
from monitor.services.digests import queue_weekly_digest
from monitor.services.enrollment import enroll_with_code, invite_person
from monitor.services.erasure import erase_person
from monitor.services.preferences import stop_digest
from monitor.services.purge import purge_expired_data
from monitor.services.query_planning import list_person_query_keys
from monitor.services.sign_in import (
    SignInRefusal,
    redeem_sign_in_code,
    redeem_sign_in_link,
    request_sign_in_link,
)
from scrapers.models import QueryKind
from tests.monitor.services.fakes import DEFERRED, REFUSED
from tests.monitor.services.mover import ELSEWHERE, NEW, Mover, of
from tests.monitor.services.world import answers_of
from tests.monitor.web.portal import with_portal

GONE = replace(REFUSED, bounce="5.1.1")


def test_emails_that_wait_go_to_the_new_address_once(maria: Mover):
    world = maria.world
    world.post.answers_to[maria.staff.mail] = DEFERRED
    queue_weekly_digest(world.app, maria.staff.id)
    maria.sends()

    maria.moves()
    world.later(hours=1)
    maria.sends()

    kinds = [email.envelope.kind for email in world.post.to(NEW)]
    assert kinds.count("digest") == 1
    assert not [email for email in maria.staff.emails if of(email, "digest")]


def test_an_address_that_rested_holds_nothing_up_any_more(maria: Mover):
    world = maria.world
    world.post.answers_to[maria.staff.mail] = GONE
    queue_weekly_digest(world.app, maria.staff.id)
    maria.sends()
    assert world.state.suppression_list.list_suppressions()
    world.on_monday()

    maria.moves()
    maria.sends()

    assert world.state.suppression_list.list_suppressions() == ()
    assert [email for email in world.post.to(NEW) if of(email, "digest")]


def test_an_email_about_a_move_that_comes_back_lets_no_address_rest(maria: Mover):
    maria.moves()
    maria.sends()

    for kind in ("new-address", "address-changed"):
        (sent,) = maria.world.post.of_kind(kind)
        maria.world.later(minutes=1)
        process_bounce(maria.world.app, Bounce(local_id=sent.envelope.local_id, status="5.1.1"))
        assert [email.kind for email in maria.world.state.outbox.list_dead_emails()][-1] == kind

    assert maria.world.state.suppression_list.list_suppressions() == ()


def test_what_comes_back_late_from_the_old_address_lets_the_new_one_be(maria: Mover):
    world = maria.world
    queue_weekly_digest(world.app, maria.staff.id)
    maria.sends()
    (sent,) = maria.staff.emails_of("digest")
    world.later(minutes=1)
    maria.moves()

    process_bounce(world.app, Bounce(local_id=sent.envelope.local_id, status="5.1.1"))
    assert world.state.suppression_list.list_suppressions() == ()

    world.later(minutes=1)
    world.on_monday()
    fresh = world.post.to(NEW)[-1].envelope.local_id
    process_bounce(world.app, Bounce(local_id=fresh, status="5.1.1"))
    assert [
        suppression.person_id for suppression in world.state.suppression_list.list_suppressions()
    ] == [maria.staff.id]


def test_who_stopped_the_weekly_email_gets_none_at_the_new_address_either(maria: Mover):
    stop_digest(maria.world.app, maria.staff.id)

    maria.moves()
    maria.world.on_monday()

    assert not [email for email in maria.world.post.to(NEW) if of(email, "digest")]


def test_links_to_sign_in_that_the_old_mailbox_has_open_nothing_any_more(maria: Mover):
    world = maria.world
    request_sign_in_link(world.app, maria.staff.mail, ELSEWHERE)
    maria.sends()
    text = maria.staff.emails_of("sign-in-link")[-1].email.text
    (link,), (digits,) = re.findall(r"/sign-in/(\S+)", text), re.findall(r" (\d{3} \d{3})\n", text)

    maria.moves()

    assert redeem_sign_in_link(world.app, link, ELSEWHERE) is SignInRefusal.OVER
    code = digits.replace(" ", "")
    assert redeem_sign_in_code(world.app, code, ELSEWHERE) is SignInRefusal.WRONG_CODE


def test_the_last_email_is_not_sent_to_who_has_the_old_address_by_now(maria: Mover):
    world = maria.world
    world.post.answers_to[maria.staff.mail] = DEFERRED
    maria.moves()
    maria.sends()
    world.post.answers_to.clear()
    invite_person(world.app, maria.staff.mail, "Mary", "Stone")
    maria.sends()
    enroll_with_code(world.app, world.code(maria.staff.mail), answers_of(MARIA))
    world.later(hours=1)
    maria.sends()

    assert maria.staff.emails_of("address-changed") == []


def test_what_was_asked_by_the_old_address_is_forgotten(world_of):
    """Some sources are asked by the address itself, which is agreed to apart."""
    world = world_of()
    sources = structs.replace(world.config.sources, gravatar=ProfileApiConfig())
    world.restarts(with_portal(structs.replace(world.config, sources=sources)))
    maria = Mover(world.joins(MARIA, scopes=frozenset({Scope.MAIL_HASH})))
    person = world.state.people.load_person(maria.staff.id)
    (key,) = list_person_query_keys(world.app, person)
    world.state.queries.save_query(
        QueryRecord(
            person_id=person.id,
            key=key,
            source="gravatar-api",
            kind=QueryKind.PROFILE,
            version=1,
            settled_at=world.clock.at,
        )
    )

    maria.moves()

    assert world.state.queries.list_queries_of_person(person.id) == ()


def test_a_damaged_address_is_noticed_by_the_nightly_copy(maria: Mover):
    maria.moves()
    database = maria.world.state.people.connection
    with database.begin_transaction():
        database.execute("UPDATE address_changes SET encrypted = zeroblob(40)")

    with pytest.raises(DatabaseError, match="address_changes"):
        check_stored_values(maria.world.state)


def test_the_record_tells_of_both_without_an_address(maria: Mover):
    maria.moves()

    rows = maria.world.state.audit.list_entries_of_subjects((maria.staff.id,))
    told = {row.action for row in rows}
    assert {"address-change-requested", "address-changed"} <= told
    assert "@" not in str(rows)


def test_neither_address_stands_in_the_database_in_clear(maria: Mover):
    maria.moves()
    maria.sends()

    kept = b"".join(path.read_bytes() for path in maria.world.config.state.glob("namesake.db*"))
    assert NEW.encode() not in kept
    assert maria.staff.mail.encode() not in kept


def test_a_copy_of_everything_tells_the_change(maria: Mover):
    maria.moves()

    copy = export_person_data(maria.world.app, maria.staff.id, maria.staff.id)

    (told,) = json.loads(copy.encode_json())["email_settings"]["address_changes"]
    assert (told["old"], told["new"], told["browser"]) == (maria.staff.mail, NEW, "")
    assert "Changes of email address" in copy.render_html()


def test_what_nobody_confirms_is_forgotten_after_a_day_and_a_change_after_thirty(maria: Mover):
    maria.moves()
    maria.asks("maria.r@cedarvalley.example")
    assert len(maria.changes) == 2

    maria.world.later(days=1, minutes=1)
    purge_expired_data(maria.world.app)
    assert [change.new for change in maria.changes] == [NEW]

    maria.world.later(days=30)
    purge_expired_data(maria.world.app)
    assert maria.changes == ()
    assert maria.mail == NEW


def test_leaving_erases_both_addresses(maria: Mover):
    forgotten: list[str] = []
    maria.moves()
    maria.asks("maria.r@cedarvalley.example")
    app = maria.world.app
    mailer = replace(app.mailer, delete_stored_emails=forgotten.append)
    leaving = app.copy_with(mailer=mailer)

    withdraw_consent(leaving, maria.staff.id)
    erase_person(leaving, maria.staff.id)

    assert sorted(forgotten) == sorted({NEW, maria.staff.mail})
    assert maria.world.state.count_rows()["address_changes"] == 0


def test_emails_to_who_has_the_old_address_by_now_are_not_erased_with_them(maria: Mover):
    world, forgotten = maria.world, list[str]()
    maria.moves()
    world.joins(MARIA)

    mailer = replace(world.app.mailer, delete_stored_emails=forgotten.append)
    erase_person(world.app.copy_with(mailer=mailer), maria.staff.id)

    assert forgotten == [NEW]


def test_the_old_address_hears_of_it_also_from_who_leaves_at_once(maria: Mover):
    """Or a stranger could move somebody's emails away and then end it all, unnoticed."""
    maria.moves()
    maria.staff.withdraws()
    maria.sends()

    assert len(maria.staff.emails_of("address-changed")) == 1
