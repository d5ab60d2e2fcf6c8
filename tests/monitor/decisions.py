"""One decision on one flag, as a person or a reviewer makes it on the portal."""

from monitor.app import App
from monitor.domain.flag import Flag
from monitor.domain.vocabulary import Decision
from monitor.services.feedback import DecisionInput
from monitor.services.review import decide_flags


def decide_flag(app: App, flag_id: str, decision: Decision, by: str, note: str = "") -> Flag:
    (after,) = decide_flags(app, (flag_id,), DecisionInput(decision=decision, by=by, note=note))
    return after
