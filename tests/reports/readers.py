"""Who the samples are written to, and when."""

from datetime import UTC, datetime
from typing import Any, Final

from monitor.domain.reason import Label, Plain, Reason
from monitor.domain.vocabulary import EmailCadence

MONDAY: Final = datetime(2026, 11, 23, 12, 12, tzinfo=UTC)
PORTAL: Final = "https://namesake.cedarvalley.example"
DISTRICT: Final = Plain("Cedar Valley Public Schools")
CONTACT: Final = Plain("privacy@cedarvalley.example")
WHY: Final = Reason("why.joined", {"district": DISTRICT})
LEAVE: Final = Reason(
    "leave.regular", {"cadence": Label("cadence", EmailCadence.WEEKLY), "contact": CONTACT}
)
NOT_ME: Final = Reason("undo", {"contact": CONTACT})

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
    "why": Reason("why.left"),
    "leave": Reason("leave.left"),
    "review_url": "",
}
INVITED: Final[dict[str, Any]] = {
    **ROSA,
    "review_url": f"{PORTAL}/join/code",
    "why": Reason("why.invited", {"district": DISTRICT}),
    "leave": Reason("leave.invited.reminder"),
}
SAM: Final[dict[str, Any]] = {
    **ROSA,
    "name": "operators",
    "why": Reason("why.operator", {"district": DISTRICT}),
    "leave": Reason("leave.operator"),
}
