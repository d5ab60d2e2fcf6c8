"""Whoever pretended to be the person once is known again by their words and their picture."""

from dataclasses import replace

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.severity import rate_severity
from monitor.domain.vocabulary import Decision, OwnershipLabel, Severity
from scrapers.models import CROPS, CropHashes, PicturePrint, Trace, TraceKind

BIO = "Fifth grade science at Maple Street Elementary. Volcanoes and bad puns."
TALE = "Signed copies of my picture book about sleepy owls, ask me how to get one."
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/maria",
    account="skies:1",
    name="Maria Delgado",
    handle="mariadelgado",
    bio=BIO,
    picture_hash="aaaa",
)
IMPOSTOR = Trace(
    key="first",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/first",
    account="skies:2",
    name="Maria Delgado",
    handle="delgado.books",
    bio=TALE,
    picture_hash="bbbb",
)
CLONE = replace(
    IMPOSTOR, key="second", url="https://skies.example/second", account="skies:3", handle="md.owls"
)
STRANGER = replace(
    CLONE, bio="A florist who keeps parrots, rabbits and a tortoise.", picture_hash="c"
)
FAR = CropHashes(dhash=2**64 - 1, phash=2**63 - 1, pdq=2**256 - 1)
HALF = CropHashes(dhash=2**32 - 1, phash=2**32 - 1, pdq=2**128 - 1)
WATCHED = {"watched-words", "watched-picture"}


def print_of(view):
    return PicturePrint(straight=(view,) * len(CROPS), mirrored=(FAR,) * len(CROPS)).to_text()


def assessed(trace, *impostors, verdict=None):
    inventory = Inventory(own_traces=(OWN,), impersonators=impostors)
    subject = Subject(person=MARIA.person, commonness=60.0)
    return assess_trace(subject, trace, inventory, verdict, load_own_weights())


def watched(trace, *impostors):
    return {piece.rule for piece in assessed(trace, *impostors).evidence} & WATCHED


def test_before_anything_was_ruled_nothing_is_watched_for():
    assert watched(CLONE) == set()


def test_the_words_and_the_picture_of_an_impostor_are_known_again():
    assert watched(CLONE, IMPOSTOR) == WATCHED
    assert watched(replace(CLONE, picture_hash="cccc"), IMPOSTOR) == {"watched-words"}
    assert watched(replace(CLONE, bio=STRANGER.bio), IMPOSTOR) == {"watched-picture"}


def test_a_picture_is_known_again_that_was_cut_or_lies_elsewhere():
    shown, cut = CropHashes(dhash=1, phash=2, pdq=3), CropHashes(dhash=0, phash=2, pdq=3)
    impostor = replace(IMPOSTOR, picture_print=print_of(shown))
    again = replace(STRANGER, picture_print=print_of(cut))

    assert watched(again, impostor) == {"watched-picture"}
    assert watched(replace(again, picture_print=print_of(HALF)), impostor) == set()


def test_the_persons_own_picture_is_no_pattern_however_it_was_cut():
    shown, cut = CropHashes(dhash=1, phash=2, pdq=3), CropHashes(dhash=0, phash=2, pdq=3)
    thief = replace(IMPOSTOR, bio="", picture_print=print_of(shown))
    inventory = Inventory(
        own_traces=(replace(OWN, picture_print=print_of(cut)),), impersonators=(thief,)
    )
    subject = Subject(person=MARIA.person, commonness=60.0)
    again = replace(STRANGER, picture_print=print_of(shown))
    found = assess_trace(subject, again, inventory, None, load_own_weights())

    assert WATCHED.isdisjoint(piece.rule for piece in found.evidence)


def test_a_few_letters_more_do_not_hide_the_words():
    assert "watched-words" in watched(replace(CLONE, bio=f"{TALE} Hurry!"), IMPOSTOR)


def test_what_was_only_seen_in_a_result_list_is_known_again_too():
    seen = replace(IMPOSTOR, bio="", snippet=TALE)

    assert "watched-words" in watched(CLONE, seen)


def test_a_stranger_is_not_suspected():
    assert watched(STRANGER, IMPOSTOR) == set()
    assert watched(replace(CLONE, bio="", picture_hash=""), replace(IMPOSTOR, bio="")) == set()


def test_an_impostor_is_not_known_by_itself():
    assert watched(IMPOSTOR, IMPOSTOR) == set()


def test_the_persons_own_words_and_picture_are_no_pattern():
    thief = replace(IMPOSTOR, bio=BIO, picture_hash=OWN.picture_hash)
    forgotten = replace(CLONE, account="elsewhere:1", bio=BIO, picture_hash=OWN.picture_hash)

    assert watched(forgotten, thief) == set()


def test_what_comes_again_is_more_suspect_and_severe():
    alone, again = assessed(CLONE), assessed(CLONE, IMPOSTOR)

    assert again.axis_sums.imitation >= alone.axis_sums.imitation + 8
    assert rate_severity(again) is Severity.HIGH


def test_saying_mine_outweighs_the_pattern():
    found = assessed(CLONE, IMPOSTOR, verdict=Decision.MINE)

    assert found.label is OwnershipLabel.MINE
    assert WATCHED.isdisjoint(piece.rule for piece in found.evidence)


@pytest.mark.parametrize("name", ["Ann Lee", "Keller Realty"])
def test_who_bears_another_name_altogether_is_no_impersonation(name):
    found = assessed(replace(CLONE, name=name), IMPOSTOR)

    assert found.label is not OwnershipLabel.IMPERSONATION
