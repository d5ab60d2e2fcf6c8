"""Look-alikes of the district, its schools and its domains, as IT sees them."""

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import DistrictFindingKind, DistrictFindingState, GapKind
from reports.pages.layout import PageFrame, render_page
from reports.pages.takedown import PlatformGuide


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialAccountLine:
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeLine:
    """`title` is a name of the district's own, a handle or a domain; never a person's name.

    `guide` is None unless IT called an account an impersonation, and its platform is known.
    """

    id: str
    kind: DistrictFindingKind
    state: DistrictFindingState
    title: str
    platform: str
    address: str
    reasons: tuple[str, ...]
    web_addresses: tuple[str, ...]
    mail_servers: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    changed_at: datetime | None
    gone_at: datetime | None
    is_new: bool
    decided_at: datetime | None
    decided_by: str
    guide: PlatformGuide | None = None

    @property
    def is_account(self) -> bool:
        return self.kind is DistrictFindingKind.ACCOUNT

    @property
    def is_impersonation(self) -> bool:
        return self.state is DistrictFindingState.IMPERSONATION


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikeGap:
    """A source that could not be checked, or not whole, when it last had its turn."""

    source: str
    gap: GapKind
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookalikesView:
    """`watched_domains` counts the domains that are looked up each week."""

    is_set_up: bool
    accounts: tuple[OfficialAccountLine, ...]
    schools: tuple[str, ...]
    domains: tuple[str, ...]
    watched_domains: int
    open: tuple[LookalikeLine, ...]
    decided: tuple[LookalikeLine, ...]
    ours: tuple[LookalikeLine, ...]
    checked: int
    last_checked: datetime | None
    gaps: tuple[LookalikeGap, ...]
    part: str = "lookalikes"


def render_lookalikes(view: LookalikesView, frame: PageFrame) -> str:
    return render_page("lookalikes", view, frame)
