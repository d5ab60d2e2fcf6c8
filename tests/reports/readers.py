"""Who the samples are written to, and when."""

from datetime import UTC, datetime
from typing import Any, Final

MONDAY: Final = datetime(2026, 11, 23, 12, 12, tzinfo=UTC)
PORTAL: Final = "https://namesake.cedarvalley.example"
WHY: Final = (
    "You get this email because you joined Namesake, "
    "which Cedar Valley Public Schools offers to its staff."
)
LEAVE: Final = (
    "Your regular email comes every week. To change or stop it, open “My data” on your page, or "
    "press “unsubscribe” in your mail program. To leave, open your page, or write to "
    "privacy@cedarvalley.example that you want to leave. Everything about you is then erased "
    "within 24 hours."
)
NOT_ME: Final = (
    "Open this page and press its button, or write to privacy@cedarvalley.example. We then undo it."
)

ROSA: Final[dict[str, Any]] = {
    "name": "Rosa",
    "district": "Cedar Valley Public Schools",
    "zone": "America/New_York",
    "why": WHY,
    "leave": LEAVE,
    "review_url": PORTAL,
    "contact": "privacy@cedarvalley.example",
}
FAREWELL: Final[dict[str, Any]] = {
    **ROSA,
    "why": "You get this email because you have left Namesake.",
    "leave": "It is the last one.",
    "review_url": "",
}
INVITED: Final[dict[str, Any]] = {
    **ROSA,
    "review_url": f"{PORTAL}/join/code",
    "why": "You get this email because Cedar Valley Public Schools offers Namesake to its staff.",
    "leave": (
        "To decline, do nothing. Without your answer, we look up nothing. "
        "You get one reminder and no more."
    ),
}
SAM: Final[dict[str, Any]] = {
    **ROSA,
    "name": "operators",
    "why": "You get this email because Cedar Valley Public Schools lists you as an operator.",
    "leave": "To stop, take your address off the list of operators.",
}
