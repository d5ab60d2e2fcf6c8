"""One decision on one case, as a person or a reviewer makes it on the portal."""

from monitor.app import App
from monitor.domain.case import Case
from monitor.domain.vocabulary import Decision
from monitor.services.answers import DecisionInput, decide_cases


def decide_case(app: App, case_id: str, decision: Decision, by: str, note: str = "") -> Case:
    (after,) = decide_cases(app, (case_id,), DecisionInput(decision=decision, by=by, note=note))
    return after
