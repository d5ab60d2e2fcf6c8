"""Emails about how things stand with a consent and with what is kept."""

from datetime import timedelta
from typing import Final

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentAction
from reports.emails.account import (
    AccountRemovedView,
    AddressChangedView,
    ConsentChangedView,
    LegalHoldView,
    NameDecidedView,
    NewAddressView,
    OwnDataView,
)
from reports.emails.views import EmailView
from tests.reports.readers import FAREWELL, MONDAY, NOT_ME, PORTAL, ROSA

CURRENT: Final[dict[str, EmailView]] = {
    "consent-renewed": ConsentChangedView(
        **ROSA,
        change=ConsentAction.RENEWED,
        at=MONDAY,
        agreed=(Reason("scope.search"),),
        expires_at=MONDAY + timedelta(days=365),
        not_me=NOT_ME,
        undo_url=f"{PORTAL}/join/not-me/0f3b-6c1e",
    ),
    "consent-paused": ConsentChangedView(
        **ROSA,
        change=ConsentAction.PAUSED,
        at=MONDAY,
        agreed=(Reason("scope.search"),),
        expires_at=MONDAY + timedelta(days=365),
        not_me=NOT_ME,
        undo_url=f"{PORTAL}/join/not-me/0f3b-6c1e",
        paused_until=MONDAY + timedelta(days=60),
    ),
    "new-address": NewAddressView(
        **{
            **ROSA,
            "name": "colleague",
            "why": Reason("why.new-address"),
            "leave": Reason("leave.new-address"),
        },
        expires_at=MONDAY + timedelta(minutes=15),
        token="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
    ),
    "address-changed": AddressChangedView(
        **{
            **ROSA,
            "why": Reason("why.old-address"),
            "leave": Reason("leave.old-address"),
        },
        at=MONDAY,
        not_me=NOT_ME,
        undo_url=f"{PORTAL}/join/not-me/0f3b-6c1e",
    ),
    "name-confirmed": NameDecidedView(
        **ROSA,
        at=MONDAY,
        new_name="Rosa Hartley, also Rosie, formerly Marchetti",
        confirmed=True,
    ),
    "name-refused": NameDecidedView(
        **ROSA,
        at=MONDAY,
        new_name="Victoria Victim",
        confirmed=False,
    ),
    "account-dropped": AccountRemovedView(
        **ROSA,
        at=MONDAY,
        account="bluesky:@victoriavictim.skies.example",
        code="namesake-abcdefgh",
    ),
    "own-data": OwnDataView(**ROSA),
    "hold-placed": LegalHoldView(
        **ROSA,
        placed_at=MONDAY,
        by=("sam@cedarvalley.example", "ana@cedarvalley.example"),
        reason="Counsel expects a lawsuit about the account of last May.",
    ),
    "hold-lifted": LegalHoldView(
        **ROSA,
        placed_at=MONDAY - timedelta(days=90),
        by=("sam@cedarvalley.example",),
        reason="The lawsuit was settled.",
        lifted_at=MONDAY,
    ),
    "hold-lifted-after-leaving": LegalHoldView(
        **FAREWELL,
        placed_at=MONDAY - timedelta(days=90),
        by=("sam@cedarvalley.example",),
        reason="The lawsuit was settled.",
        lifted_at=MONDAY,
        erased_by=MONDAY + timedelta(days=1),
    ),
}
