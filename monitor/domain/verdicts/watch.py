"""Whether an account comes again with what another one pretended to be the person with."""

from collections.abc import Iterator
from dataclasses import replace

from monitor.domain.evidence import Sign
from monitor.domain.pictures.same_picture import nearness
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case
from scrapers.finding import Finding
from scrapers.picture_print import PicturePrint


def watched(case: Case) -> Iterator[Sign]:
    """Weigh words and picture that an impostor showed; the person's own ones are no sign of it.

    An account that repeats the person's own words is weighed for that already, and a picture of
    theirs may stand on another account of theirs.
    """
    others = [each for each in case.inventory.impostors if each.key != case.portrait.key]
    words = (replace(each, bio=each.bio or each.snippet) for each in others)
    if not case.copied and any(map(case.repeats, words)):
        yield rules.WATCHED_WORDS.holds()
    if any(_same_picture(case.portrait, each) for each in others) and not any(
        _same_picture(case.portrait, own) for own in case.inventory.own
    ):
        yield rules.WATCHED_PICTURE.holds()


def _same_picture(one: Finding, other: Finding) -> bool:
    """Tell by its address, or by what was kept of it: a picture may be cut, or lie elsewhere."""
    if one.picture_hash and one.picture_hash == other.picture_hash:
        return True
    shown, known = map(PicturePrint.read, (one.picture_print, other.picture_print))
    return shown is not None and known is not None and nearness(shown, known).same
