"""Letters to IT about the service itself, and about nobody's findings."""

from typing import Final

from reports.emails.operator import AddressSuppressedView, DiskFullView, TrialView
from reports.emails.sections import EmailView
from tests.reports.readers import MONDAY, SAM

UPKEEP: Final[dict[str, EmailView]] = {
    "trial": TrialView(**SAM),
    "disk-full": DiskFullView(**SAM, since=MONDAY),
    "address-paused": AddressSuppressedView(
        **SAM, id="3f9c0a51d2e84b7796c1f0a4b5d68e12", status="5.1.1", since=MONDAY
    ),
}
