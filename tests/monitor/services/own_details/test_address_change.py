"""A new work address: asked for by its person, and proved by its mailbox."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from monitor.db.connection import DatabaseConnection
from monitor.demo.district import JOHN
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.vocabulary import AddressConfirmRefusal, AddressRequestRefusal, ConsentChannel
from monitor.services.consent_end import record_departure
from monitor.services.consent_renewal import pause_checks
from monitor.services.data_export import build_data_export
from monitor.services.enrollment import invite_person, load_open_invitation
from monitor.services.sessions import find_account_id
from monitor.services.sign_in import LINK_LASTS, MAX_LINKS_PER_HOUR
from tests.monitor.services.held import places_hold
from tests.monitor.services.mover import ELSEWHERE, NEW, Mover, of


def test_nothing_changes_before_the_new_mailbox_has_answered(maria: Mover):
    maria.asks()
    maria.sends()

    assert maria.mail == maria.staff.mail
    assert maria.world.state.people.find_person_id_by_mail(NEW) is None


def test_after_the_answer_a_person_is_known_by_the_new_address_alone(maria: Mover):
    maria.moves()

    assert maria.mail == NEW
    assert find_account_id(maria.world.app, NEW) == maria.staff.id
    assert find_account_id(maria.world.app, maria.staff.mail) == ""


def test_the_email_to_the_new_address_names_nobody(maria: Mover):
    """A slip of the pen brings it to a stranger, who is not to learn who has joined."""
    maria.asks()
    maria.sends()

    (sent,) = maria.world.post.to(NEW)
    assert of(sent, "new-address")
    whole = f"{sent.email.subject} {sent.email.text} {sent.email.html}".casefold()
    assert "delgado" not in whole
    assert "maria" not in whole


def test_only_one_bare_address_of_the_district_is_written_to(maria: Mover):
    for address in (
        "",
        "maria",
        "maria@elsewhere.example",
        "maria@cedarvalley.example.evil.example",
        "maria@sub.cedarvalley.example",
        f"{NEW}, john.mason@cedarvalley.example",
        f"{NEW}\r\nBcc: x@cedarvalley.example",
        f"Maria <{NEW}>",
    ):
        assert maria.asks(address) is AddressRequestRefusal.FOREIGN, address
    assert maria.changes == ()


def test_the_address_one_has_is_no_new_one(maria: Mover):
    assert maria.asks(maria.staff.mail.upper()) is AddressRequestRefusal.SAME


def test_the_old_address_gets_one_last_email_that_does_not_tell_the_new_one(maria: Mover):
    maria.moves()
    maria.sends()

    last = maria.staff.emails[-1]
    assert of(last, "address-changed")
    assert NEW not in f"{last.email.text}{last.email.html}"
    assert "IF THIS WAS NOT YOU" in last.email.text
    maria.world.on_monday()
    assert maria.staff.emails[-1] is last
    assert [email.envelope.kind for email in maria.world.post.to(NEW)][-1] == "digest"


def test_a_code_is_good_once_for_a_quarter_of_an_hour_for_its_person_and_browser(maria: Mover):
    john = Mover(maria.world.joins(JOHN))
    maria.asks()
    code = maria.code()

    assert john.confirms(code) is AddressConfirmRefusal.OVER
    assert maria.confirms("forged") is AddressConfirmRefusal.OVER
    assert maria.confirms(code, ELSEWHERE) is AddressConfirmRefusal.ELSEWHERE
    assert maria.confirms(code) is None
    assert maria.confirms(code) is AddressConfirmRefusal.OVER

    maria.asks("maria.r@cedarvalley.example")
    late = maria.code("maria.r@cedarvalley.example")
    maria.world.clock.at += LINK_LASTS
    assert maria.confirms(late) is AddressConfirmRefusal.OVER


def test_an_email_that_goes_out_too_late_is_not_sent(maria: Mover):
    maria.asks()
    maria.world.clock.at += LINK_LASTS
    maria.sends()

    assert maria.world.post.to(NEW) == []


def test_an_answer_ends_what_else_was_asked_for(maria: Mover):
    slip = "maria.r@cedarvalley.example"
    maria.asks(slip)
    early = maria.code(slip)
    maria.moves()

    assert maria.confirms(early) is AddressConfirmRefusal.OVER
    assert [change.new for change in maria.changes] == [NEW]


def test_five_emails_go_out_an_hour_and_then_it_is_said(maria: Mover):
    answers = [maria.asks(f"maria.{number}@cedarvalley.example") for number in range(7)]

    assert answers == [None] * MAX_LINKS_PER_HOUR + [AddressRequestRefusal.OFTEN] * 2
    maria.world.later(hours=1, minutes=1)
    assert maria.asks() is None


def test_whether_an_address_is_somebodys_cannot_be_told_from_asking_for_it(
    maria: Mover, monkeypatch: pytest.MonkeyPatch
):
    """The same answer, the same email, and the same work, so that no clock tells either."""
    john, work = maria.world.joins(JOHN), []
    maria.sends()
    for address in (NEW, john.mail):
        ran: list[str] = []
        with monkeypatch.context() as watched:
            for name in ("execute", "fetch_row", "fetch_rows", "count_rows"):
                watched.setattr(
                    DatabaseConnection, name, recorded(getattr(DatabaseConnection, name), ran)
                )
            work.append((maria.asks(address), *ran))
    maria.sends()

    free, taken = work
    assert free == taken
    copy = build_data_export(maria.world.app, maria.staff.id)
    told = [email for email in copy.data["emails"] if email.kind == "new-address"]
    assert [(email.state, email.attempts) for email in told] == [("sent", 1)] * 2


def recorded(method: Callable[..., object], ran: list[str]) -> Callable[..., object]:
    def run(self: DatabaseConnection, sql: str, *values: object) -> object:
        ran.append(sql)
        return method(self, sql, *values)

    return run


def test_an_address_that_is_somebodys_is_not_taken_from_them(maria: Mover):
    john = maria.world.joins(JOHN)
    maria.asks(john.mail)

    assert maria.confirms(maria.code(john.mail)) is AddressConfirmRefusal.TAKEN
    assert maria.mail == maria.staff.mail
    assert maria.world.state.people.load_mail_address(john.id) == john.mail


def test_who_left_the_address_is_erased_when_its_mailbox_is_another_persons(maria: Mover):
    john = maria.world.joins(JOHN)
    john.withdraws()

    maria.moves(john.mail)

    assert john.id not in maria.world.state.people.list_person_ids()
    assert maria.mail == john.mail


def test_who_left_under_a_legal_hold_gives_up_the_address_alone(maria: Mover):
    world, john = maria.world, maria.world.joins(JOHN)
    places_hold(world.app, john.id, "a case about John")
    record_departure(world.app, john.id)

    maria.moves(john.mail)

    assert world.state.people.find_person_id_by_mail(john.mail) == maria.staff.id
    assert world.state.people.load_mail_address(john.id) == ""


def test_an_invitation_to_the_new_address_is_ended_with_the_move(maria: Mover):
    world = maria.world
    invite_person(world.app, NEW, "Maria", "Rivers")
    maria.sends()
    code = world.code(NEW)

    maria.moves()

    with pytest.raises(InputError):
        load_open_invitation(world.app, code)


def test_nobody_moves_whose_consent_has_ended(maria: Mover):
    maria.asks()
    code = maria.code()
    maria.staff.withdraws()

    with pytest.raises(NotPermittedError):
        maria.asks("maria.r@cedarvalley.example")
    with pytest.raises(NotPermittedError):
        maria.confirms(code)
    assert maria.mail == maria.staff.mail


def test_who_pauses_may_move(maria: Mover):
    until = maria.world.clock.at + timedelta(days=30)
    pause_checks(maria.world.app, maria.staff.id, until, ConsentChannel.PORTAL)

    maria.moves()

    assert maria.mail == NEW
