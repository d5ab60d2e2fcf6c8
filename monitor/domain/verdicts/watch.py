"""Whether an account comes again with what another one pretended to be the person with."""

from collections.abc import Iterator
from dataclasses import replace

from monitor.domain.evidence import Sign
from monitor.domain.reasons import rules
from monitor.domain.reasons.case import Case


def watched(case: Case) -> Iterator[Sign]:
    """Weigh words and picture that an impostor showed; the person's own ones are no sign of it.

    An account that repeats the person's own words is weighed for that already, and a picture of
    theirs may stand on another account of theirs.
    """
    others = [each for each in case.inventory.impostors if each.key != case.portrait.key]
    words = (replace(each, bio=each.bio or each.snippet) for each in others)
    if not case.copied and any(map(case.repeats, words)):
        yield rules.WATCHED_WORDS.holds()
    theirs = {own.picture_hash for own in case.inventory.own}
    pictures = {each.picture_hash for each in others} - theirs - {""}
    if case.portrait.picture_hash in pictures:
        yield rules.WATCHED_PICTURE.holds()
