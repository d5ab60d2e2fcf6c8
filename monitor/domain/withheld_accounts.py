"""Of what nothing is kept but the address and the times, and of what no picture or page.

Accounts for adults, sexual ones and minors' lose their text; what may be sexual is not copied.
"""

from monitor.domain.case import Case
from monitor.domain.detection.assessment import Assessment
from monitor.domain.detection.slang import Slang, drop_innocent_words, has_slang, read_plain_words
from monitor.domain.students.cues import may_be_a_students
from monitor.domain.takedown_plan import HARMFUL_RULES, is_harmful
from monitor.domain.vocabulary import HarmKind, OwnershipLabel, WithheldKind
from scrapers.models import Trace, TraceKind
from scrapers.urls.platforms import is_intimate_platform

_NOT_SEXUAL = (Slang.THREATS, Slang.DOXXING, Slang.ACCOUNT_CONTACTS)


def may_be_sexual(case: Case, account: Trace) -> bool:
    """Tell whether no picture of it should be saved: unless its words only threaten or locate.

    Of threats, a picture is evidence. Where the words are not kept, the mark says what they were.
    """
    if HarmKind.SEXUAL in account.harms:
        return True
    if account.withheld:
        return account.withheld == WithheldKind.SEXUAL
    return is_harmful(case) and _may_have_sexual_words(account)


def keeps_address_alone(case: Case, account: Trace) -> bool:
    """Tell whether no page, picture or screenshot of it is kept, whoever took it."""
    return bool(account.withheld) or may_be_sexual(case, account)


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
    if rings and _may_have_sexual_words(account):
        return WithheldKind.SEXUAL
    return WithheldKind.ADULT if is_adult else WithheldKind.MINOR


def _has_sexual_words(account: Trace) -> bool:
    shown = (account.name, account.title, account.bio, account.snippet)
    plain = drop_innocent_words(read_plain_words("\n".join(filter(None, shown))))
    return any(has_slang(kind, plain) for kind in (Slang.SEXUAL, Slang.ACCOUNT_ADULT))


def _may_have_sexual_words(account: Trace) -> bool:
    """Tell it of words that ring for some harm: unless they only threaten, or tell an address."""
    plain = read_plain_words(f"{account.name} {account.bio or account.snippet}")
    only_violent = any(has_slang(kind, plain) for kind in _NOT_SEXUAL)
    return has_slang(Slang.SEXUAL, plain) or not only_violent
