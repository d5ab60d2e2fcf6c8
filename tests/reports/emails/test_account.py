"""Emails that do not wait say who knows what."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from reports.emails.account import (
    AlertView,
    InvitationView,
    NudgeView,
    render_alert,
    render_invitation,
    render_nudge,
)
from reports.emails.digest import SelfCheckView, render_self_check
from reports.emails.registry import render_email
from reports.emails.views import EmailView
from tests.reports.samples import WAITING

Sample = Callable[[str], EmailView]


def test_an_alert_says_when_it_opens_to_it(sample: Sample) -> None:
    alert = cast("AlertView", sample("alert"))

    text = " ".join(render_alert(alert).text.split())

    at = "Mon, Nov 30, 7:12 AM EST"
    assert f"If you do not answer, IT sees it from {at} and decides what it is." in text
    assert "If you say that someone pretends to be you, IT sees it at once." in text
    assert (
        "Only you see this, unless you share it or two reviewers open it in an emergency"
        in " ".join(render_alert(replace(alert, opens_at=None)).text.split())
    )


def test_an_alert_of_a_takeover_says_what_to_do_first(sample: Sample) -> None:
    alert = replace(cast("AlertView", sample("alert")), case=WAITING)

    email = render_alert(alert)

    for text in (email.text, email.html):
        shown = " ".join(text.split())
        assert "If it was not you: choose" in shown
        assert "on Alpha now" in shown


def test_a_nudge_promises_an_end_only_to_who_has_not_answered(sample: Sample) -> None:
    view = cast("NudgeView", sample("nudge"))
    answered = replace(view, cases=view.cases[1:])

    assert "Your answer decides what it is" in render_nudge(view).text
    assert "decides what it is" not in render_nudge(answered).text
    assert "say on its page what you see there" in " ".join(render_nudge(answered).text.split())


def test_an_invitation_without_its_code_is_refused(sample: Sample) -> None:
    invitation = cast("InvitationView", sample("invitation"))

    with pytest.raises(ValueError, match="without its code"):
        render_invitation(replace(invitation, code=""))


def test_a_code_stands_whole_on_a_line_of_its_own(sample: Sample) -> None:
    code = "q7" * 32
    invitation = replace(cast("InvitationView", sample("invitation")), code=code)

    email = render_invitation(invitation)

    assert f"    {code}" in email.text.splitlines()
    assert code not in email.subject


@pytest.mark.parametrize("kind", ["invitation", "reminder"])
def test_what_an_invitation_opens_is_called_an_invitation(sample: Sample, kind: str) -> None:
    email = render_email(sample(kind))

    for body in (email.text, email.html):
        assert "Open your invitation" in body
        assert "review page" not in body


def test_a_first_check_has_nothing_to_compare_with(sample: Sample) -> None:
    check = replace(cast("SelfCheckView", sample("selfcheck")), since=None)

    assert "nothing to compare it with" in " ".join(render_self_check(check).text.split())
