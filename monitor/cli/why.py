"""Why someone got no invitation. It prints the same whether or not they joined."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from monitor.cli.context import CliContext, json_option, pass_cli_context, require_mail_server
from monitor.domain.enrollment_draft import Invitee

if TYPE_CHECKING:
    from monitor.db.invitations import InvitationMail


@click.command()
@click.argument("mail", metavar="EMAIL")
@click.option(
    "--resend",
    is_flag=True,
    help="Send a listed invitation again: at most once a day, and four times in 90 days. For "
    "people who were not invited, or have left, use `staff invite`.",
)
@click.option(
    "--name",
    nargs=2,
    metavar="GIVEN FAMILY",
    default=("", ""),
    help="The name to invite after 14 days, when an unanswered invitation is deleted. Without it, "
    "the name is taken from the address.",
)
@json_option
@pass_cli_context
def why(
    context: CliContext, mail: str, name: tuple[str, str], *, resend: bool, as_json: bool
) -> None:
    """Show what happened to invitations to an address: "I got no mail".

    It shows when each was written, which server took it, its answer, and whether it bounced, for 90
    days. It shows no answers, and is the same whether someone joined, declined or left. For 90 days
    the owner of the address sees in their history that you looked.

    People who have joined can get a list of all their emails on the portal's sign-in page.
    """
    from monitor.services import invitation_mails

    given, family = name
    if resend:
        require_mail_server(context)
    with context.open_app() as app:
        if resend:
            invitation_mails.resend_invitation(app, Invitee(mail=mail, given=given, family=family))
        mails = invitation_mails.look_up_invitation_mails(app, mail)
        address = app.config.portal.address
    if as_json:
        hidden = {"message_key", "mark"}
        rows = [{key: at for key, at in asdict(row).items() if key not in hidden} for row in mails]
        context.output.print_json({"invitations": rows})
        return
    if mails:
        context.output.print_table(
            ("written", "status", "when", "mail server", "its answer"),
            (
                (
                    row.queued_at,
                    *_describe_fate(row),
                    row.server,
                    row.bounce if row.bounced_at else row.answer,
                )
                for row in mails
            ),
        )
    else:
        context.output.print_line("No invitation went to this address in the last 90 days.")
    again = (
        "An invitation can be answered for 14 days; `--resend` sends it again."
        if any(row.taken_back_at is None for row in mails)
        else "To send a new invitation: `namesake staff invite EMAIL GIVEN FAMILY`."
    )
    context.output.print_line(
        f"This does not depend on any answer. {again} People who have joined can look up their "
        f"emails at {address}/sign-in/emails."
    )


def _describe_fate(mail: "InvitationMail") -> tuple[str, object]:
    if mail.bounced_at:
        return "bounced", mail.bounced_at
    if mail.taken_at:
        return "accepted", mail.taken_at
    if mail.taken_back_at:
        return "canceled", mail.taken_back_at
    if mail.tried_at:
        return "not accepted", mail.tried_at
    return "waiting to be sent", None
