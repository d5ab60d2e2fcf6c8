"""What a person said about a finding, and which answer counts if there are two."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.domain.vocabulary import Decision

# What says whose a finding is; the other decisions speak of a case.
FINDING_DECISIONS = frozenset(
    {
        *(Decision.MINE, Decision.NAMESAKE, Decision.UNRELATED),
        *(Decision.IMPERSONATION, Decision.MOCK),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """`REOPENED` takes back the last word. `decision` is None where the finding became another one.

    Nothing that was said before that counts anymore. `case_id` is the case it was said of, if any.
    """

    finding_id: str
    decision: Decision | None
    at: datetime
    case_id: str = ""


def resolve_feedback(feedback: Iterable[Feedback]) -> Feedback | None:
    """Return the latest answer, None if there is none."""
    stand: list[Feedback] = []
    for answer in feedback:
        if answer.decision is None:
            stand.clear()
        elif answer.decision is not Decision.REOPENED:
            stand.append(answer)
        elif stand:
            stand.pop()
    return stand[-1] if stand else None


def resolve_decision(feedback: Iterable[Feedback]) -> Decision | None:
    """Return the person's answer about the finding, None if there is none."""
    word = resolve_feedback(feedback)
    return word.decision if word else None


def resolve_previous_decision(feedback: Iterable[Feedback]) -> Decision | None:
    """Return what they said before they last said anything: words of one time are one."""
    words = tuple(feedback)
    last = max((word.at for word in words), default=None)
    return resolve_decision(word for word in words if word.at != last)
