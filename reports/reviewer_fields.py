"""What IT reads of a case, or would, field by field."""

from collections.abc import Iterable

from monitor.domain.reason import Reason
from monitor.domain.vocabulary import CaseState
from reports.case_view import CaseView
from reports.dates import format_day
from reports.labels.cases import ACCESS_REASONS, CASE_KINDS, SEVERITIES
from reports.labels.findings import format_site_name
from reports.labels.office import (
    describe_answer,
    describe_review_step,
    describe_state,
    describe_verdict,
)
from reports.reason_rendering import Others, render_reason
from reports.translation import translate_label


def list_reviewer_fields(case: CaseView, zone: str) -> tuple[tuple[str, str], ...]:
    """Show its person, in their language, what IT reads of a case, or would, field by field."""
    say = translate_label
    others = Others(case.given or "")
    own = case.decision and describe_answer(case.kind, case.decision, is_left=case.is_left)
    theirs = case.review_decision and describe_verdict(case.kind, case.review_decision)
    done = case.acted_at and format_day(case.acted_at, zone)
    # IT reads of itself here, its person of IT.
    opened = say(ACCESS_REASONS[case.opened_by] if case.opened_by else "It may not yet")
    following = "Nothing, it has ended"
    if case.next_by and case.next_step:
        following = describe_review_step(
            case.nature, case.next_by, case.next_step, is_early=case.open_until is not None
        )
    state = describe_state(case.kind, case.state)
    is_settled = case.state is CaseState.HARMLESS
    return (
        ("Name", case.person),
        ("School", case.school or say("Not given")),
        ("Kind", say(CASE_KINDS[case.kind])),
        ("Severity", say(SEVERITIES[case.severity])),
        ("Platform", format_site_name(case.platform) if case.platform else say("Web page")),
        ("Address", case.finding.url),
        *((("Picture", say("The account's, not yours")),) if case.shows_picture else ()),
        ("Status", say(own if own and is_settled else state)),
        ("Flagged", format_day(case.opened_at, zone)),
        ("First seen", format_day(case.first_seen, zone)),
        ("Last seen", format_day(case.last_seen, zone)),
        ("Why this alert", _join_reasons(case.reasons, others)),
        *(
            (("What speaks against it", _join_reasons(case.speaks_against, others)),)
            if case.speaks_against
            else ()
        ),
        ("Your answer", say(own or "None yet")),
        ("What IT says", say(theirs or "Nothing")),
        *((("Done about it", f"{say(state)}, {done}"),) if done else ()),
        ("What comes next", say(following)),
        ("Why IT may see it", f"{opened[:1].upper()}{opened[1:]}"),
        (
            "History",
            say("What you still say and what you shared, with what IT did and noted"),
        ),
    )


def _join_reasons(reasons: Iterable[Reason], others: Others) -> str:
    return " ".join(render_reason(reason, others) for reason in reasons)
