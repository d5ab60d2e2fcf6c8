"""What it says of an account that it shows the picture of one of the person's own."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.demo.district import MARIA
from monitor.domain.detection import evidence_rules
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.claim_signs import match_picture_rule
from monitor.domain.detection.weights import load_own_weights
from reports.reason_rendering import render_reason
from scrapers.models import CROPS, CropHashes, PicturePrint, Trace, TraceKind

WEIGHTS = load_own_weights()
FAR = CropHashes(dhash=2**64 - 1, phash=2**63 - 1, pdq=2**256 - 1)
HALF = CropHashes(dhash=2**32 - 1, phash=2**32 - 1, pdq=2**128 - 1)


def print_of(view: CropHashes, mirrored: CropHashes = FAR) -> str:
    return PicturePrint(straight=(view,) * len(CROPS), mirrored=(mirrored,) * len(CROPS)).to_text()


SHOWN = print_of(CropHashes(dhash=1, phash=2, pdq=3))
ALMOST = print_of(CropHashes(dhash=0, phash=2, pdq=3))
OTHER = print_of(HALF, HALF)
OWN = Trace(
    key="https://skies.example/maria",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/maria",
    account="speaker-deck:1",
    name="Maria Delgado",
    handle="mariadelgado",
    picture_print=SHOWN,
)
STRANGER = replace(
    OWN,
    key="https://skies.example/md",
    url="https://skies.example/md",
    account="speaker-deck:2",
    handle="md1980",
)


def evidence(account: Trace, *own: Trace, others: int = 0):
    return tuple(
        match_picture_rule(
            account, Inventory(own_traces=own or (OWN,), picture_use_counts={SHOWN: others})
        )
    )


def test_the_picture_that_the_person_added_counts_as_their_own_accounts_do():
    added = Inventory(reference_picture=SHOWN)

    (only,) = match_picture_rule(STRANGER, added)

    assert only.rule is evidence_rules.SAME_PICTURE
    assert only.amount == 1
    assert render_reason(only.reason) == "It uses the picture that you added."
    assert not tuple(match_picture_rule(replace(STRANGER, picture_print=OTHER), added))
    assert not tuple(match_picture_rule(replace(STRANGER, picture_print=""), added))


def test_a_picture_that_an_own_account_showed_before_is_known_again():
    taken_over = Inventory(own_traces=(replace(OWN, picture_print=OTHER),), former_traces=(OWN,))

    (only,) = match_picture_rule(STRANGER, taken_over)

    assert only.rule is evidence_rules.SAME_PICTURE
    assert not tuple(match_picture_rule(STRANGER, replace(taken_over, former_traces=())))


def test_an_added_picture_that_many_show_speaks_less():
    shared = Inventory(reference_picture=SHOWN, picture_use_counts={SHOWN: 2})

    (only,) = match_picture_rule(STRANGER, shared)

    assert 0 < only.amount < 1


def test_the_same_picture_speaks_for_the_person_and_says_where_it_is_from():
    (only,) = evidence(STRANGER)

    assert only.rule is evidence_rules.SAME_PICTURE
    assert only.amount == 1
    assert render_reason(only.reason) == "It uses the same picture as your account on Speaker Deck."


def test_a_mirrored_picture_is_the_same_and_called_mirrored():
    turned = replace(STRANGER, picture_print=print_of(FAR, CropHashes(dhash=1, phash=2, pdq=3)))
    own = replace(OWN, picture_print=print_of(CropHashes(dhash=1, phash=2, pdq=3)))

    (only,) = evidence(turned, replace(own, picture_print=print_of(HALF, FAR)))

    assert render_reason(only.reason).endswith("on Speaker Deck, mirrored.")


@pytest.mark.parametrize(
    "account",
    [
        replace(STRANGER, picture_print=OTHER),
        replace(STRANGER, picture_print=""),
        replace(STRANGER, picture_print="0:ancient"),
        replace(STRANGER, kind=TraceKind.PAGE),
    ],
)
def test_another_picture_or_none_says_nothing(account):
    assert evidence(account) == ()


def test_where_no_own_account_has_a_print_nothing_is_compared():
    assert evidence(STRANGER, replace(OWN, picture_print="")) == ()


def test_the_more_accounts_show_a_picture_the_less_it_says_and_soon_nothing():
    amounts = [
        sum(piece.amount for piece in evidence(STRANGER, others=others)) for others in range(8)
    ]

    assert amounts == sorted(amounts, reverse=True)
    assert amounts[0] == amounts[1] > amounts[2] > amounts[3] > 0
    assert set(amounts[4:]) == {0}


def test_an_account_does_not_count_itself_among_the_many():
    itself, another = (
        evidence(STRANGER, others=1),
        evidence(replace(STRANGER, picture_print=ALMOST), others=1),
    )

    assert itself[0].amount > another[0].amount


def test_a_picture_at_one_address_for_two_accounts_is_the_networks_own():
    default = "https://skies.example/nobody.png"
    account, own = replace(STRANGER, picture=default), replace(OWN, picture=default)

    assert evidence(account, own) == ()
    assert evidence(replace(account, account="alpha:2"), own) != ()


def test_of_several_own_accounts_the_nearest_is_named():
    further = replace(OWN, account="alpha:1", picture_print=ALMOST)

    for own in ((OWN, further), (further, OWN)):
        (only,) = evidence(STRANGER, *own)
        assert "Speaker Deck" in render_reason(only.reason)


def test_an_assessment_says_so_and_is_surer_by_the_weight():
    subject = Subject(person=MARIA.person, commonness=60.0)
    with_it, without = (
        assess_trace(subject, account, Inventory(own_traces=(OWN,)), None, WEIGHTS)
        for account in (STRANGER, replace(STRANGER, picture_print=OTHER))
    )

    weight = WEIGHTS.bits[evidence_rules.SAME_PICTURE.name]
    assert with_it.axis_sums.claim - without.axis_sums.claim == pytest.approx(weight)
    said = "It uses the same picture as your account on Speaker Deck."
    assert {*map(render_reason, {*with_it.reasons} - {*without.reasons})} == {said}
    assert f"{said[:-1]}, and no account of yours links to it." in {
        render_reason(piece.reason) for piece in with_it.evidence
    }


def imitation(account: Trace, own: Trace = OWN) -> float:
    """Return how much the picture weighs as a sign of imitation."""
    subject = Subject(person=MARIA.person, commonness=60.0)
    found = assess_trace(subject, account, Inventory(own_traces=(own,)), None, WEIGHTS)
    return sum(
        piece.bits for piece in found.evidence if piece.rule == evidence_rules.COPIED_PICTURE.name
    )


def test_ones_own_picture_on_a_new_or_bought_account_is_a_sign_of_imitation():
    old, new = (datetime(year, 1, 1, tzinfo=UTC) for year in (2015, 2024))
    dated = replace(OWN, created_at=old)
    bought = (("followers", 3), ("following", 900), ("posts", 4))
    alone = imitation(STRANGER)

    assert 0 < alone < imitation(replace(STRANGER, counts=bought))
    assert alone < imitation(replace(STRANGER, created_at=new), dated)
    assert imitation(replace(STRANGER, created_at=old), dated) == alone


def test_a_picture_on_an_account_that_an_own_one_links_to_is_no_sign_of_imitation():
    assert imitation(STRANGER, replace(OWN, links=(STRANGER.url,))) == 0
    assert imitation(replace(STRANGER, picture_print=OTHER)) == 0
