"""A view survives the queue."""

import msgspec

from reports.emails.registry import get_email_kind, get_view_type, render_email
from reports.emails.views import EmailView


def test_a_queued_view_comes_back_and_prints_the_same_email(view: EmailView) -> None:
    back = msgspec.json.decode(msgspec.json.encode(view), type=get_view_type(get_email_kind(view)))

    assert back == view
    assert render_email(back) == render_email(view)
