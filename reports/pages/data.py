"""What is stored about a person, what they agreed to, who viewed it, and how to change it.

The alert feeds that they gave are a part of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import ConsentPhase
from reports.coverage import CoverageGap
from reports.emails.views import BreachLine
from reports.pages.enrollment import ConsentPart, QueryPreview, ScopeOption, SummaryRow
from reports.pages.layout import FieldProblem, build_renderer


@dataclass(frozen=True, slots=True, kw_only=True)
class LegalHoldLine:
    """A legal hold: since when, by whom, and why, in their words.

    `person_id` is whom it is about, empty where they read it.
    """

    person_id: str = ""
    since: datetime
    by: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAddress:
    """A new address that its mailbox has not confirmed yet, and until when it may."""

    to: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DataView:
    """`erased_by` is when all is erased at the latest, None during a hold.

    `address` is where they are written to. `kept` counts what there is, by what it is. `weekly`
    says that they get the regular email, `preferences` how they want it. `moving` is None unless
    they asked to be written to elsewhere, and `waiting_name` empty unless IT has a name to confirm.
    `reviewers` are the addresses of those of whom one may be kept out, by their id, and `barred` is
    who is. `copies_from` is when the next copy of everything may be made, None where it may now.
    """

    status: ConsentPhase
    address: str
    rows: tuple[SummaryRow, ...]
    agreed: tuple[Reason, ...]
    given_at: datetime
    ends_at: datetime
    kept: tuple[tuple[str, int], ...]
    paused_until: datetime | None = None
    erased_by: datetime | None = None
    hold: LegalHoldLine | None = None
    renewal_due: bool = False
    weekly: bool = True
    preferences: Mapping[str, str] = field(default_factory=dict)
    reviewers: Mapping[str, str] = field(default_factory=dict)
    barred: str = ""
    moving: PendingAddress | None = None
    waiting_name: str = ""
    copies_from: datetime | None = None
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEditView:
    """What is agreed to, to be changed. `parts` is the text, shown where more is agreed to.

    `seal` is the fingerprint of that text; `until` is when an answer to it would end. `adding`
    names what is chosen and was not agreed to before, and `asked` is what it would ask again.
    """

    options: tuple[ScopeOption, ...]
    chosen: tuple[str, ...]
    until: datetime
    version: str
    parts: tuple[ConsentPart, ...] = ()
    seal: str = ""
    adding: tuple[ScopeOption, ...] = ()
    asked: QueryPreview = field(default_factory=QueryPreview)
    faults: tuple[FieldProblem, ...] = ()

    @property
    def added_scopes(self) -> str:
        """Name the scopes whose questions this page shows, as its form sends them along."""
        return "-or-".join(scope for scope, _, _ in self.adding)


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowingView:
    """What goes with the searches that are turned off, before it does.

    It counts the results, the alerts that are open, the feeds, and the data breaches. `pictures`
    says that something is kept of them. A legal hold keeps it all for now where it is `held`.
    `chosen` are the searches that stay, `dropped` the names of the rest.
    """

    results: int = 0
    alerts: int = 0
    feeds: int = 0
    breaches: int = 0
    pictures: bool = False
    held: bool = False
    chosen: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()

    @property
    def deletes_anything(self) -> bool:
        counts = (self.results, self.alerts, self.feeds, self.breaches)
        return any(counts) or self.pictures


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogLine:
    """One line of the record: who did what; `finding_id` is what it was about, empty for none.

    `words` are what a reviewer noted or asked, empty for all else. `how` is empty for what was done
    on a page.
    """

    at: datetime
    who: str
    what: str
    how: str = ""
    finding_id: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessLogView:
    lines: tuple[AccessLogLine, ...]
    number: int = 1
    last: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """`hold` keeps what there is from being erased."""

    hold: LegalHoldLine | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalDoneView:
    """`erased_by` is None where a hold keeps what there is.

    `others_stop_within` is how long other machines may still ask; None where there are none.
    """

    erased_by: datetime | None = None
    others_stop_within: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeedLine:
    """`ending` are the last letters of the address, by which its owner can tell it from others.

    `read_at` is None until it was read; `fault` is a clause, empty where the last reading worked.
    """

    id: str
    service: str
    ending: str
    added_at: datetime
    read_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFeedsView:
    """`searches` are what to make alerts for; `is_read` tells whether feeds are read at all.

    The addresses of feeds are secrets, so no page shows one again.
    """

    is_read: bool
    searches: tuple[str, ...]
    feeds: tuple[AlertFeedLine, ...]
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferencePictureView:
    """`is_compared` tells whether the person agreed to compare pictures; `is_added`, if they did.

    `is_supported` is false where this server cannot open pictures.
    """

    is_compared: bool
    is_supported: bool
    is_added: bool
    megabytes: int
    faults: tuple[FieldProblem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachesView:
    """The data breaches of the reader's work address; `checked_at` is None before the first check.

    They `agreed` to be looked up there; `gaps` is why we may not know of all.
    """

    lines: tuple[BreachLine, ...]
    agreed: bool
    checked_at: datetime | None
    gaps: tuple[CoverageGap, ...] = ()


render_data = build_renderer("data", DataView)
render_narrowing = build_renderer("data_narrow", NarrowingView)
render_consent_scopes = build_renderer("data_scopes", ConsentEditView)
render_consent_answer = build_renderer("data_answer", ConsentEditView)
render_access_log = build_renderer("data_seen", AccessLogView)
render_withdrawal = build_renderer("data_leave", LeaveView)
render_withdrawal_done = build_renderer("data_left", WithdrawalDoneView)
render_breaches = build_renderer("breaches", BreachesView)
render_reference_picture = build_renderer("reference_picture", ReferencePictureView)
render_alert_feeds = build_renderer("alert_feeds", AlertFeedsView)
