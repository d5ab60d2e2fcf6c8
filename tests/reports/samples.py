"""One letter of each kind, about invented people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from reports.emails.account import (
    AlertView,
    AskedView,
    BreakGlassView,
    ConsentEndingView,
    EnrolledView,
    InvitationView,
    ReminderView,
    SignInLinkView,
    WithdrawnView,
)
from reports.emails.digest import DigestView, SelfCheckView
from reports.emails.operator import SourcesParkedView
from reports.emails.review import ReviewLine, ReviewView, Upkeep
from reports.emails.sections import (
    AsideLine,
    ChangeLine,
    Coverage,
    DecidedLine,
    FlagLine,
    Gap,
    LetterView,
    OwnLine,
    QuestionLine,
    WaitingLine,
)
from reports.labels import DigestKind, Ending, EventKind, FlagKind, GapKind, Severity, Whose
from tests.reports.readers import MONDAY, PORTAL, ROSA, SAM
from tests.reports.samples_standing import STANDING
from tests.reports.samples_upkeep import UPKEEP

IMPERSONATION: Final = FlagLine(
    kind=FlagKind.IMPERSONATION,
    severity=Severity.HIGH,
    what="An account that is not among yours presents itself as you.",
    url="https://bsky.example/profile/rosa-delgad0.bsky.example",
    platform="Bluesky",
    title="Rosa Delgado",
    reasons=(
        "Its bio is word for word the bio of your own account.",
        "Its handle differs from yours by one look-alike character (0 for o).",
        "It shows the same display name as your own account.",
        "It was created nine days ago.",
    ),
    lowered_by=(
        "It would count less if it said that it is a parody or a fan.",
        "It would count less if your own account linked to it.",
    ),
    first_seen=MONDAY - timedelta(days=2),
    last_seen=MONDAY,
    ref="7f3a91c2",
)
STUDENT_LINK: Final = FlagLine(
    kind=FlagKind.STUDENT_LINK,
    severity=Severity.MEDIUM,
    what="Your account follows 2 accounts that may belong to students of the district.",
    url="https://bsky.example/profile/rosadelgado.bsky.example",
    platform="Bluesky",
    reasons=("Two accounts match the keyed roster by full name and name the school.",),
    lowered_by=("A common name without a school beside it would not count.",),
    first_seen=MONDAY - timedelta(days=1),
    last_seen=MONDAY,
    ref="c40d22ab",
    earlier="It was ruled explained before it changed.",
)
CHANGED: Final = ChangeLine(
    event=EventKind.CHANGED,
    whose=Whose.OWN,
    url="https://alpha.example/@rosadelgado",
    platform="Alpha",
    title="Rosa D. reads",
    fields=("name", "bio"),
    at=MONDAY - timedelta(days=3),
    ref="19be77d0",
)
QUESTION: Final = QuestionLine(
    url="https://www.bookclub.example/members/rdelgado",
    title="R. Delgado, member since 2019",
    platform="Bookclub",
    snippet="Reads historical novels, lives in Cedar Valley. Favourite author: Isabel Allende.",
    reasons=("The name and the town fit you.", "Nothing there says what R. stands for."),
    ref="a81c5e09",
)
WAITING: Final = WaitingLine(
    kind=FlagKind.OWN_ACCOUNT_CHANGED,
    url="https://alpha.example/@rosadelgado",
    platform="alpha",
    since=MONDAY - timedelta(days=14),
    ref="5d2f80aa",
)
DECIDED: Final = DecidedLine(
    kind=FlagKind.IMPERSONATION,
    url="https://chirps.example/rosa_delgad0",
    what="It pretends to be you, and was reported",
    by="IT",
    at=datetime(2026, 11, 20, 15, 0, tzinfo=UTC),
    ref="91c4e7d2",
    platform="chirps",
)
OWN: Final = OwnLine(
    url="https://bsky.example/profile/rosadelgado.bsky.example", platform="bluesky"
)
OWN_PAGE: Final = OwnLine(
    url="https://north.cedarvalley.example/staff", title="Staff of North Elementary"
)
ASIDE: Final = AsideLine(
    url="https://gamma.example/rosa.delgado.realty",
    title="Rosa Delgado Realty",
    reason="It names another town or employer than yours.",
)
GAPS: Final = (
    Gap(
        source="Alpha",
        outcome=GapKind.BLOCKED,
        since=datetime(2026, 11, 3, 9, 0, tzinfo=UTC),
        note="it shows a CAPTCHA instead of its pages",
    ),
    Gap(
        source="Delta",
        outcome=GapKind.LIMITED,
        since=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    ),
)
PARTLY: Final = Coverage(checked=58, total=60, gaps=GAPS, withheld=("bluesky",))
WHOLE: Final = Coverage(checked=60, total=60)
LETTERS: Final[dict[str, LetterView]] = {
    **STANDING,
    **UPKEEP,
    "digest": DigestView(
        **ROSA,
        week="2026-W48",
        coverage=PARTLY,
        flags=(STUDENT_LINK, IMPERSONATION),
        changes=(CHANGED,),
        questions=(QUESTION,),
        set_aside=(ASIDE,),
        waiting=(WAITING, replace(WAITING, kind=FlagKind.EXPOSED_CONTACT, ref="e07b1d63")),
        decided=(DECIDED,),
        review_url=PORTAL,
    ),
    "digest-without-portal": DigestView(
        **ROSA,
        week="2026-W48",
        coverage=PARTLY,
        flags=(IMPERSONATION,),
        questions=(QUESTION,),
    ),
    "digest-first": DigestView(
        **ROSA,
        week="2026-W48",
        kind=DigestKind.FIRST,
        coverage=WHOLE,
        flags=(IMPERSONATION,),
        questions=(QUESTION, QUESTION, QUESTION),
        own=(OWN, OWN_PAGE),
        set_aside=(ASIDE,),
    ),
    "digest-first-quiet": DigestView(
        **ROSA, week="2026-W48", kind=DigestKind.FIRST, coverage=WHOLE, own=(OWN,)
    ),
    "digest-nothing-new": DigestView(**ROSA, week="2026-W48", coverage=WHOLE, review_url=PORTAL),
    "digest-nothing-checked": DigestView(
        **ROSA, week="2026-W48", coverage=Coverage(checked=0, total=2, gaps=GAPS)
    ),
    "selfcheck": SelfCheckView(
        **ROSA,
        at=MONDAY,
        since=MONDAY - timedelta(days=7),
        coverage=PARTLY,
        changes=(CHANGED,),
        review_url=PORTAL,
    ),
    "review": ReviewView(
        name="Sam",
        district="Cedar Valley Public Schools",
        zone="America/New_York",
        why="You get this letter because you review flags for your district.",
        leave="To stop it, ask to be taken off the list of reviewers.",
        review_url=PORTAL,
        week="2026-W48",
        coverage=PARTLY,
        closed=1,
        upkeep=Upkeep(sources=60, unproven=("speaker-deck",), in_vain=2, given_up=1, refusing=1),
        lines=(
            ReviewLine(
                person="Rosa Delgado",
                school="North Elementary",
                kind=FlagKind.IMPERSONATION,
                severity=Severity.HIGH,
                platform="Bluesky",
                url=IMPERSONATION.url,
                state="reported",
                opened_at=MONDAY - timedelta(days=9),
                state_since=MONDAY - timedelta(days=2),
                reasons=IMPERSONATION.reasons,
                ruling="impersonation",
            ),
            ReviewLine(
                person="Ming Lee",
                school="Middle School",
                kind=FlagKind.OWN_ACCOUNT_CHANGED,
                severity=Severity.MEDIUM,
                platform="Alpha",
                url="https://alpha.example/@minglee",
                state="open",
                opened_at=MONDAY - timedelta(days=1),
                state_since=MONDAY - timedelta(days=1),
                reasons=("The account was renamed and its picture replaced on one day.",),
            ),
        ),
    ),
    "alert": AlertView(**ROSA, flag=IMPERSONATION, opens_at=MONDAY + timedelta(days=7)),
    "withdrawn": WithdrawnView(
        **ROSA,
        at=MONDAY,
        erased_by=MONDAY + timedelta(days=1),
        backups_by=MONDAY + timedelta(days=30),
    ),
    "withdrawn-held": WithdrawnView(**ROSA, at=MONDAY, erased_by=None, backups_by=None),
    "asked": AskedView(
        **ROSA,
        kind=FlagKind.IMPERSONATION,
        url=IMPERSONATION.url,
        ref="7f3a91c2",
        by="it-security@cedarvalley.example",
        question="Is this the account that your band made for its tour?",
        review_url=PORTAL,
    ),
    "break-glass": BreakGlassView(
        **ROSA,
        at=MONDAY,
        seen="One flag on Bluesky, before it was open to IT.",
        by=("sam@cedarvalley.example", "ana@cedarvalley.example"),
        reason="A parent reported the account as a danger to a pupil.",
        ref="51d0c2aa",
    ),
    "enrolled": EnrolledView(
        **ROSA,
        at=MONDAY,
        agreed=(
            "Search engines are asked for your name.",
            "Public profiles on 60 sites are read.",
        ),
        expires_at=MONDAY + timedelta(days=365),
        not_me="Open this page and press its button, or write to Sam: it is undone.",
        undo_url=f"{PORTAL.removesuffix('/review')}/join/not-me/0f3b-6c1e",
        review_url=PORTAL,
    ),
    "invitation": InvitationView(
        **ROSA,
        how="Open the enrolment page of your district and give this code.",
        code="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        review_url="https://namesake.cedarvalley.example/join",
        expires_at=MONDAY + timedelta(days=14),
    ),
    "reminder": ReminderView(
        **ROSA,
        how="Open the enrolment page of your district and give this code.",
        code="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        review_url="https://namesake.cedarvalley.example/join",
        invited_at=MONDAY - timedelta(days=14),
        expires_at=MONDAY + timedelta(days=14),
    ),
    "consent-ending": ConsentEndingView(
        **ROSA,
        expires_at=MONDAY + timedelta(days=30),
        erased_by=MONDAY + timedelta(days=31),
        how="Open your page and read the consent text as it is today. It takes two minutes.",
        review_url=PORTAL,
    ),
    "consent-lapsed": WithdrawnView(
        **ROSA,
        ending=Ending.LAPSED,
        at=MONDAY,
        erased_by=MONDAY + timedelta(days=1),
        backups_by=MONDAY + timedelta(days=30),
    ),
    "sign-in-link": SignInLinkView(
        **{**ROSA, "leave": "If that was not you, do nothing."},
        token="9bK3-QwZ7-Lm2T-4xVd-RpH8-Nc5J-sYf6-Gt1A",
        expires_at=MONDAY + timedelta(minutes=15),
        review_url=PORTAL,
    ),
    "sources-parked": SourcesParkedView(**SAM, gaps=GAPS),
}
