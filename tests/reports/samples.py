"""One email of each kind, about invented people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from monitor.domain.conduct_policy import PolicyClause, load_own_policy_texts
from monitor.domain.handles.lookalike import HandleChange, HandleEdit, list_changes
from monitor.domain.reason import Count, Label, Moment, Plain, Reason
from monitor.domain.vocabulary import (
    CaseKind,
    CaseState,
    CaseStep,
    ConsentAction,
    CoverageState,
    Decision,
    DiffMarkKind,
    EmailState,
    EndReason,
    EventKind,
    GapKind,
    OwnershipLabel,
    PairSign,
    Severity,
    StepActor,
)
from reports.case_view import CaseView
from reports.coverage import Coverage, CoverageGap, CoveredSource
from reports.emails.account import (
    AlertView,
    BreakGlassView,
    ConsentEndingView,
    EmailHistoryView,
    EnrolledView,
    InvitationView,
    InvitedAgainView,
    NudgeView,
    ReminderView,
    ReviewerQuestionView,
    SentEmailLine,
    SignInLinkView,
    TellLinkView,
    WithdrawnView,
)
from reports.emails.digest import DigestView, SelfCheckView
from reports.emails.office import MostUrgentCase, ReviewView, ServiceHealth, SourcesParkedView
from reports.emails.views import ChangeLine, EmailView
from reports.finding_view import AccountPair, FindingView, HighlightPiece
from reports.labels.account import DigestKind
from reports.pages.layout import PolicyReminder
from tests.reports.readers import (
    CONTACT,
    DISTRICT,
    FAREWELL,
    INVITED,
    MONDAY,
    NOT_ME,
    PORTAL,
    ROSA,
    SAM,
)
from tests.reports.samples_status import CURRENT
from tests.reports.samples_upkeep import UPKEEP

ANSWER: Final = (
    f"{PORTAL}/answer/i0123456789abcdef0123456789abcdef.1796472000."
    "9bK3QwZ7Lm2T4xVdRpH8Nc5JsYf6Gt1A9bK3QwZ7Lm2"
)
FINDING: Final = f"{PORTAL}/me/findings/0123456789abcdef0123456789abcdef"
ZERO_FOR_O: Final = HandleEdit(change=HandleChange.LOOK, ours="o", theirs="0")


def make_finding(url: str, **told: Any) -> FindingView:
    return FindingView(url=url, **{"first_seen": MONDAY, "last_seen": MONDAY, **told})


def make_case(kind: CaseKind, url: str, **told: Any) -> CaseView:
    """Make a case of a finding at an address; `title` is what that calls itself."""
    seen = {
        "first_seen": told.pop("first_seen", MONDAY - timedelta(days=2)),
        "last_seen": told.pop("last_seen", MONDAY),
    }
    platform, title = told.get("platform", ""), told.pop("title", "")
    return CaseView(
        kind=kind,
        nature=kind,
        finding=make_finding(url, platform=platform, title=title, **seen),
        **{
            "severity": Severity.HIGH,
            "state": CaseState.OPEN,
            "opened_at": MONDAY,
            **seen,
            **told,
        },
    )


PAIR: Final = AccountPair(
    their_id="1",
    own_id="2",
    their_platform="bluesky",
    own_platform="bluesky",
    theirs=(
        HighlightPiece(text="rosa-delgad"),
        HighlightPiece(text="0", mark=DiffMarkKind.ADDED),
        HighlightPiece(text=".bsky.example"),
    ),
    ours=(
        HighlightPiece(text="rosa-delgad"),
        HighlightPiece(text="o", mark=DiffMarkKind.REMOVED),
        HighlightPiece(text=".bsky.example"),
    ),
    change=Reason("handle-like", {"changes": list_changes((ZERO_FOR_O,), (), ())}),
    signs=(PairSign.BIO, PairSign.NAME, PairSign.NOT_COMPARED),
)
IMPERSONATION: Final = make_case(
    CaseKind.IMPERSONATION,
    "https://bsky.example/profile/rosa-delgad0.bsky.example",
    platform="Bluesky",
    title="Rosa Delgado",
    reasons=(
        Reason("copied-bio"),
        Reason("handle-like", {"changes": list_changes((ZERO_FOR_O,), (), ())}),
        Reason("copied-name"),
        Reason("younger"),
    ),
    id="7f3a91c2",
    pair=PAIR,
    link_url=ANSWER,
)
STUDENT_LINK: Final = make_case(
    CaseKind.STUDENT_LINK,
    "https://bsky.example/profile/rosadelgado.bsky.example",
    severity=Severity.MEDIUM,
    platform="Bluesky",
    reasons=(Reason("student-link-follows", {"count": Count(2)}),),
    first_seen=MONDAY - timedelta(days=1),
    id="c40d22ab",
    earlier=Reason("earlier-answer", {"answer": Label("answers.student-link", Decision.EXPLAINED)}),
    link_url=ANSWER,
)
CHANGED: Final = ChangeLine(
    finding=make_finding(
        "https://alpha.example/@rosadelgado",
        label=OwnershipLabel.MINE,
        platform="Alpha",
        title="Rosa D. reads",
        id="19be77d0",
        link_url=FINDING,
    ),
    event=EventKind.CHANGED,
    fields=("name", "bio"),
    at=MONDAY - timedelta(days=3),
)
QUESTION: Final = make_finding(
    "https://www.bookclub.example/members/rdelgado",
    title="R. Delgado, member since 2019",
    platform="Bookclub",
    snippet="Reads historical novels, lives in Cedar Valley. Favorite author: Isabel Allende.",
    speaks_for=(
        Reason("name-initial"),
        Reason("state"),
    ),
    id="a81c5e09",
    link_url=ANSWER,
)
WAITING: Final = make_case(
    CaseKind.OWN_ACCOUNT_CHANGED,
    "https://alpha.example/@rosadelgado",
    platform="alpha",
    since=MONDAY - timedelta(days=14),
    id="5d2f80aa",
    next_by=StepActor.PERSON,
    next_step=CaseStep.ANSWER,
    due=MONDAY + timedelta(days=14),
    is_undecided=True,
    link_url=ANSWER,
)
GOING: Final = make_case(
    CaseKind.IMPERSONATION,
    "https://posts.example/rosade1gado",
    platform="posts",
    since=MONDAY - timedelta(days=12),
    id="e07b1d63",
    next_by=StepActor.PLATFORM,
    next_step=CaseStep.WAIT_FOR_ANSWER,
    due=MONDAY + timedelta(days=3),
    decision=Decision.IMPERSONATION,
    review_decision=Decision.IMPERSONATION,
    it_sees_since=MONDAY - timedelta(days=10),
    link_url=FINDING,
)
DECIDED: Final = make_case(
    CaseKind.IMPERSONATION,
    "https://chirps.example/rosa_delgad0",
    end=EndReason.PROOF,
    ended_at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
    id="91c4e7d2",
    platform="chirps",
    link_url=FINDING,
)
OWN: Final = make_finding(
    "https://bsky.example/profile/rosadelgado.bsky.example", platform="bluesky"
)
OWN_PAGE: Final = make_finding(
    "https://north.cedarvalley.example/staff", title="Staff of North Elementary"
)
ASIDE: Final = make_finding(
    "https://gamma.example/rosa.delgado.realty",
    title="Rosa Delgado Realty",
    aside=(Reason("other-place"),),
)
GAPS: Final = (
    CoverageGap(
        source="Alpha",
        outcome=GapKind.BLOCKED,
        since=datetime(2026, 11, 3, 9, 0, tzinfo=UTC),
        note=Reason("note.captcha"),
    ),
    CoverageGap(
        source="Delta",
        outcome=GapKind.LIMITED,
        since=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    ),
)
PARTLY: Final = Coverage(checked=58, total=60, gaps=GAPS, withheld=("bluesky",))
DOTS: Final = Coverage(
    checked=10,
    total=12,
    gaps=GAPS,
    sources=(
        *(
            CoveredSource(source=f"site-{number}", state=CoverageState.NO_NEWS)
            for number in range(7)
        ),
        CoveredSource(source="bluesky", state=CoverageState.NEWS),
        CoveredSource(source="ko-fi", state=CoverageState.NEWS),
        CoveredSource(source="gdelt", state=CoverageState.NOT_ASKED),
        CoveredSource(source="Alpha", state=CoverageState.NOT_CHECKED),
        CoveredSource(source="Delta", state=CoverageState.NOT_CHECKED),
    ),
)
BAR: Final = replace(
    PARTLY,
    sources=(
        *(
            CoveredSource(
                source=f"site-{number}",
                state=CoverageState.NEWS if number < 2 else CoverageState.NO_NEWS,
            )
            for number in range(58)
        ),
        CoveredSource(source="Alpha", state=CoverageState.NOT_CHECKED),
        CoveredSource(source="Delta", state=CoverageState.NOT_CHECKED),
    ),
)
WHOLE: Final = Coverage(checked=60, total=60)
EMAILS: Final[dict[str, EmailView]] = {
    **CURRENT,
    **UPKEEP,
    "digest": DigestView(
        **ROSA,
        week="2026-W48",
        coverage=BAR,
        cases=(IMPERSONATION, STUDENT_LINK),
        changes=(CHANGED,),
        questions=(QUESTION,),
        set_aside=(ASIDE,),
        waiting=(replace(WAITING, severity=Severity.MEDIUM), GOING),
        decided=(DECIDED,),
        needs_you=3,
    ),
    "digest-first": DigestView(
        **ROSA,
        week="2026-W48",
        kind=DigestKind.FIRST,
        coverage=WHOLE,
        cases=(IMPERSONATION,),
        questions=(QUESTION, QUESTION, QUESTION),
        own=(OWN,),
        about=(OWN_PAGE,),
        set_aside=(ASIDE,),
        needs_you=1,
    ),
    "digest-first-quiet": DigestView(
        **ROSA, week="2026-W48", kind=DigestKind.FIRST, coverage=WHOLE, own=(OWN,)
    ),
    "digest-still-open": DigestView(
        **ROSA,
        week="2026-W48",
        coverage=WHOLE,
        waiting=(GOING,),
    ),
    "digest-nothing-new": DigestView(
        **ROSA,
        week="2026-W48",
        coverage=WHOLE,
        policy=PolicyReminder(
            texts=(load_own_policy_texts()[PolicyClause.PRIVACY_SETTINGS],), has_guides=True
        ),
    ),
    "digest-nothing-checked": DigestView(
        **ROSA, week="2026-W48", coverage=Coverage(checked=0, total=2, gaps=GAPS)
    ),
    "selfcheck": SelfCheckView(
        **ROSA,
        at=MONDAY,
        since=MONDAY - timedelta(days=7),
        coverage=DOTS,
        changes=(CHANGED,),
    ),
    "review": ReviewView(
        name="Sam",
        district="Cedar Valley Public Schools",
        zone="America/New_York",
        why=Reason("why.reviewer", {"district": DISTRICT}),
        leave=Reason("leave.reviewer"),
        review_url=PORTAL,
        week="2026-W48",
        coverage=PARTLY,
        waiting=2,
        going=3,
        done=1,
        first=MostUrgentCase(
            id="3428f5cb90aa",
            severity=Severity.HIGH,
            due=MONDAY + timedelta(days=2),
        ),
        reviewer_id="reviewer-3f",
        upkeep=ServiceHealth(
            sources=60, unproven=("speaker-deck",), in_vain=2, given_up=1, refusing=1
        ),
    ),
    "alert": AlertView(**ROSA, case=IMPERSONATION, opens_at=MONDAY + timedelta(days=7)),
    "nudge": NudgeView(
        **ROSA,
        cases=(
            replace(
                IMPERSONATION,
                is_undecided=True,
                it_sees_since=MONDAY,
                nudges_at=MONDAY + timedelta(days=7),
            ),
            replace(GOING, next_by=StepActor.PERSON, next_step=CaseStep.ESCALATE),
        ),
    ),
    "withdrawn": WithdrawnView(
        **FAREWELL,
        at=MONDAY,
        erased_by=MONDAY + timedelta(days=1),
        backups_by=MONDAY + timedelta(days=30),
    ),
    "withdrawn-held": WithdrawnView(**FAREWELL, at=MONDAY, erased_by=None, backups_by=None),
    "asked": ReviewerQuestionView(
        **ROSA,
        case=replace(IMPERSONATION, link_url=FINDING),
        by="it-security@cedarvalley.example",
        question="Is this the account that your band made for its tour?",
    ),
    "acted": ReviewerQuestionView(
        **ROSA,
        case=replace(
            IMPERSONATION,
            link_url=FINDING,
            is_undecided=True,
            review_decision=Decision.IMPERSONATION,
            next_by=StepActor.IT,
            next_step=CaseStep.REPORT,
            due=MONDAY + timedelta(days=3),
        ),
        by="it-security@cedarvalley.example",
        question="",
        did=Decision.IMPERSONATION,
    ),
    "acted-told": ReviewerQuestionView(
        **ROSA,
        case=replace(GOING, link_url=FINDING),
        by="it-security@cedarvalley.example",
        question="",
        did=Decision.TOLD,
    ),
    "break-glass": BreakGlassView(
        **ROSA,
        at=MONDAY,
        seen=Reason(
            "seen.case",
            {"case": IMPERSONATION.what, "until": Moment(at=MONDAY, zone="America/New_York")},
        ),
        by=("sam@cedarvalley.example", "ana@cedarvalley.example"),
        reason="A parent reported the account as a danger to a student.",
        id="51d0c2aa",
    ),
    "enrolled": EnrolledView(
        **ROSA,
        at=MONDAY,
        agreed=(Reason("scope.search"), Reason("scope.profiles")),
        expires_at=MONDAY + timedelta(days=365),
        not_me=NOT_ME,
        undo_url=f"{PORTAL}/join/not-me/0f3b-6c1e",
    ),
    "invitation": InvitationView(
        **INVITED,
        how=Reason("answer-invitation", {"portal": Plain(PORTAL)}),
        code="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        expires_at=MONDAY + timedelta(days=14),
    ),
    "invitation-own-words": InvitationView(
        **INVITED,
        how=Reason("answer-invitation", {"portal": Plain(PORTAL)}),
        code="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        expires_at=MONDAY + timedelta(days=14),
        subject="Your name on the web: an offer of the district",
        first_lines=(
            "Two of us found accounts in our names last spring. This service looks for them.",
            "I use it myself. Questions? Write to dana.ortiz@cedarvalley.example.",
        ),
        from_name="Dana Ortiz, Technology",
    ),
    "reminder": ReminderView(
        **{
            **INVITED,
            "why": Reason("why.reminded", {"district": DISTRICT}),
            "leave": Reason("leave.reminded"),
        },
        how=Reason("answer-invitation", {"portal": Plain(PORTAL)}),
        code="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        invited_at=MONDAY - timedelta(days=14),
        expires_at=MONDAY + timedelta(days=14),
    ),
    "consent-ending": ConsentEndingView(
        **ROSA,
        expires_at=MONDAY + timedelta(days=30),
        erased_by=MONDAY + timedelta(days=31),
        how=Reason("renew-consent", {"contact": CONTACT}),
    ),
    "consent-ended": ConsentEndingView(
        **ROSA,
        expires_at=MONDAY - timedelta(days=2),
        erased_by=MONDAY + timedelta(days=28),
        how=Reason("renew-consent", {"contact": CONTACT}),
        has_ended=True,
    ),
    "consent-lapsed": WithdrawnView(
        **FAREWELL,
        ending=ConsentAction.EXPIRED,
        at=MONDAY,
        erased_by=MONDAY + timedelta(days=1),
        backups_by=MONDAY + timedelta(days=30),
    ),
    "sign-in-link": SignInLinkView(
        **{
            **ROSA,
            "why": Reason("why.sign-in"),
            "leave": Reason("leave.sign-in"),
        },
        token="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        digits="048213",
        code_expires_at=MONDAY + timedelta(minutes=10),
        expires_at=MONDAY + timedelta(minutes=15),
    ),
    "tell-link": TellLinkView(
        **{**ROSA, "why": Reason("why.tell-link"), "leave": Reason("leave.tell-link")},
        address="rosa.marchetti@cedarvalley.example",
        expires_at=MONDAY + timedelta(hours=1),
        token="1798000000.5f1d",
    ),
    "invited-again": InvitedAgainView(**{**ROSA, "leave": Reason("leave.invited-again")}),
    "email-history": EmailHistoryView(
        **{**ROSA, "why": Reason("why.sign-in"), "leave": Reason("leave.email-history")},
        days=90,
        emails=(
            SentEmailLine(queued_at=MONDAY, kind="digest", state=EmailState.QUEUED),
            SentEmailLine(
                queued_at=MONDAY - timedelta(days=7),
                kind="digest",
                state=EmailState.SENT,
                sent_at=MONDAY - timedelta(days=7),
            ),
            SentEmailLine(
                queued_at=MONDAY - timedelta(days=9), kind="alert", state=EmailState.DEAD
            ),
        ),
        more=2,
        refused_since=MONDAY - timedelta(days=9),
        stopped_at=MONDAY - timedelta(days=30),
        paused_until=MONDAY + timedelta(days=3),
    ),
    "sources-parked": SourcesParkedView(**SAM, gaps=GAPS),
}
