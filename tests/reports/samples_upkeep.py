"""Emails to IT about the service itself, and about nobody's findings."""

from typing import Final

from reports.emails.office import AddressSuppressedView, DiskFullView, StaffFileView, TrialView
from reports.emails.views import EmailView
from tests.reports.readers import MONDAY, SAM

UPKEEP: Final[dict[str, EmailView]] = {
    "trial": TrialView(**SAM),
    "disk-full": DiskFullView(**SAM, since=MONDAY),
    "staff-file": StaffFileView(**SAM, unusable=3, leavers=1),
    "staff-file-directory": StaffFileView(**SAM, by_directory=True, newcomers=12, leavers=1),
    "staff-file-problem": StaffFileView(
        **SAM,
        problem=(
            "/srv/staff/users.csv lists 40 staff, and the last file listed 400. "
            "Nothing was imported."
        ),
    ),
    "address-paused": AddressSuppressedView(
        **SAM, id="3f9c0a51d2e84b7796c1f0a4b5d68e12", status="5.1.1", since=MONDAY
    ),
}
