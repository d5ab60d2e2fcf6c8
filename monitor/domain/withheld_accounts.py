"""Which accounts nothing is kept of but their address and times: for adults, sexual, or minors'."""

from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.slang import Slang, drop_innocent_words, has_slang, read_plain_words
from monitor.domain.students.cues import may_be_a_students
from monitor.domain.takedown_plan import HARMFUL_RULES, may_have_sexual_words
from monitor.domain.vocabulary import HarmKind, OwnershipLabel, WithheldKind
from scrapers.models import Trace, TraceKind
from scrapers.urls.platforms import is_intimate_platform


def choose_withheld_kind(account: Trace, assessment: Assessment, year: int) -> str:
    """Return why the text of an account is not kept; empty where it is, or where it is theirs.

    What rings for harm loses its text only where the sexual words stand in it: who is threatened,
    accused or told an address of needs those words.
    """
    if account.withheld or account.kind is not TraceKind.ACCOUNT:
        return account.withheld
    if assessment.label is OwnershipLabel.MINE:
        return ""
    rings = any(piece.rule in HARMFUL_RULES for piece in assessment.evidence)
    if HarmKind.SEXUAL in account.harms or (rings and _has_sexual_words(account)):
        return WithheldKind.SEXUAL
    is_adult = is_intimate_platform(account.platform)
    if not is_adult and not may_be_a_students(account, year):
        return ""
    if rings and may_have_sexual_words(account):
        return WithheldKind.SEXUAL
    return WithheldKind.ADULT if is_adult else WithheldKind.MINOR


def _has_sexual_words(account: Trace) -> bool:
    shown = (account.name, account.title, account.bio, account.snippet)
    plain = drop_innocent_words(read_plain_words("\n".join(filter(None, shown))))
    return any(has_slang(kind, plain) for kind in (Slang.SEXUAL, Slang.ACCOUNT_ADULT))
