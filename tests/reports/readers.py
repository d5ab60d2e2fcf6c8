"""Whom the samples are written to, and when."""

from datetime import UTC, datetime
from typing import Any, Final

MONDAY: Final = datetime(2026, 11, 23, 12, 12, tzinfo=UTC)
PORTAL: Final = "https://namesake.cedarvalley.example/review"
WHY: Final = "You get this letter because you enrolled on 2 Sep 2026 and asked for a weekly digest."
LEAVE: Final = (
    "To stop these letters, or to leave Namesake altogether, reply with the word stop or leave."
)

ROSA: Final[dict[str, Any]] = {
    "name": "Rosa",
    "district": "Cedar Valley Public Schools",
    "zone": "America/New_York",
    "why": WHY,
    "leave": LEAVE,
    "contact": "privacy@cedarvalley.example",
}
SAM: Final[dict[str, Any]] = {
    **ROSA,
    "name": "operators",
    "why": "You get this letter because you operate Namesake for your district.",
    "leave": "To stop it, take your address off the list of operators.",
}
