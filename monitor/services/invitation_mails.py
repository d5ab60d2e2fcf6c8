"""Why someone got no invitation: all that an operator may know about an address.

It is the same for who joined, declined, paused or left: when an invitation was written, to which
server it was handed, what that said, and whether it came back. Who asks is in the audit log under
the mark of the last one: its owner finds it in their own history, until that is forgotten with the
email after 90 days. From then on the mark says nothing of anyone.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from monitor.app import App
from monitor.db.invitations import InvitationMail
from monitor.domain.enrollment_draft import Invitee
from monitor.domain.errors import NotPermittedError
from monitor.services.enrollment import (
    INVITATION_LASTS,
    parse_district_address,
    queue_invitation,
    queue_invitation_mail,
    tell_invited_again,
)
from monitor.services.notifications import EmailPlan, build_invitation_view

RESENT_AFTER = timedelta(days=1)
# In the 90 days for which they are known. As one lasts for 14 days, none stays open without end.
MAX_MAILS = 4


def look_up_invitation_mails(app: App, mail: str) -> tuple[InvitationMail, ...]:
    """Return how each invitation of an address fared, the oldest first; the look is recorded."""
    address = parse_district_address(app, mail)
    with app.db.begin_transaction():
        mails = app.db.invitation_mails.list_mails(address)
        _record_act(app, "invitation-mail-viewed", mails)
        return mails


def list_refused_addresses(app: App, addresses: Iterable[str]) -> tuple[str, ...]:
    """Return those whose last invitation a mail server refused or sent back; that is recorded.

    It is the same for who had joined by then: they got an email in its place.
    """
    refused: list[str] = []
    with app.db.begin_transaction():
        for address in addresses:
            mails = app.db.invitation_mails.list_mails(address)
            if mails and mails[-1].bounce and not mails[-1].taken_back_at:
                _record_act(app, "invitation-mail-viewed", mails)
                refused.append(address)
    return tuple(refused)


def resend_invitation(app: App, invitee: Invitee) -> None:
    """Send the invitation of an address again; who has answered is told that this was asked.

    Nobody else learns which it was. An earlier email opens the same invitation, while it is open;
    then the name is forgotten, and the given one counts. Raises NotPermittedError where none is
    known, one was written just now, or too many were.
    """
    address, now = parse_district_address(app, invitee.mail), app.clock.now()
    with app.db.begin_transaction():
        mails = app.db.invitation_mails.list_mails(address)
        if all(mail.taken_back_at for mail in mails):
            raise NotPermittedError(
                "No invitation of the last 90 days can be sent again to this address: use "
                "`namesake staff invite EMAIL GIVEN FAMILY`."
            )
        if now - mails[-1].queued_at < RESENT_AFTER:
            raise NotPermittedError(
                "An invitation to this address was written less than a day ago. Try again tomorrow."
            )
        if len(mails) >= MAX_MAILS:
            raise NotPermittedError(
                f"{len(mails)} invitations to this address were written in 90 days; the limit is "
                f"{MAX_MAILS}. Find out what happens to its email before you invite it again."
            )
        _record_act(app, "invitation-resent", mails)
        person_id = app.db.people.find_person_id_by_mail(address)
        invitation = app.db.invitations.find_open_invitation_by_mail(address, now)
        if person_id is not None:
            tell_invited_again(app, person_id)
        elif invitation is None:
            queue_invitation(app, invitee)
        else:
            renewed = replace(invitation, invited_at=now, expires_at=now + INVITATION_LASTS)
            app.db.invitations.renew_invitation(renewed)
            plan = EmailPlan(recipient_id=invitation.id, dedupe_key=now.isoformat())
            queue_invitation_mail(app, plan, build_invitation_view(app, renewed), address)
            app.db.audit.append_entry(now, "operator", "invited", invitation.id, {})


def _record_act(app: App, action: str, mails: tuple[InvitationMail, ...]) -> None:
    mark = mails[-1].mark if mails else ""
    app.db.audit.append_entry(app.clock.now(), "operator", action, mark, {})
