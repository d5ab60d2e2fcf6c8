"""Whose account a list may show: those whose name, bio or handle holds the family name."""

from collections.abc import Iterable

from scrapers.finding import Finding
from scrapers.outcome import Outcome
from scrapers.reading import Reading
from scrapers.recipes.words import in_handle, names


def may_be(name: str, account: Finding) -> bool:
    return names(name, account.name, account.bio) or in_handle(name, account.handle)


def likely(name: str, shown: Iterable[Finding], private: Iterable[Finding] = ()) -> Reading:
    """Return the accounts that may be the person's; `private` are those that ask to be left out.

    Impostors shelter among the private ones too, so it is said that there are some.
    """
    findings = tuple(each for each in shown if may_be(name, each))
    left_out = sum(may_be(name, each) for each in private)
    note = ""
    if left_out:
        ask = "accounts ask" if left_out > 1 else "account asks"
        note = f"{left_out} {ask} not to be found by strangers"
    if findings:
        return Reading(outcome=Outcome.FOUND, findings=findings, note=note, withheld=left_out)
    outcome = Outcome.DECLINED if left_out else Outcome.ABSENT
    return Reading(outcome=outcome, note=note, withheld=left_out)
