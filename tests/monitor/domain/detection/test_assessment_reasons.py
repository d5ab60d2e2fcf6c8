"""What a reader is told of an assessment is true, said once, and the strongest comes first."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import Assessment, assess_trace, select_reasons
from monitor.domain.detection.evidence import Evidence, EvidenceAxis
from monitor.domain.detection.evidence_rules import RULES, list_topics
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.names.normalize import mixes_alphabets
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import OwnershipLabel, spell_site_name
from reports.reason_rendering import render_reason
from scrapers.models import CROPS, CropHashes, PicturePrint, Trace, TraceKind

WEIGHTS = load_own_weights()
PERSON = replace(MARIA.person, places=("Cedar Valley, OH",))
BIO = "Fifth grade science. Volcanoes, beetles, and puns that nobody asked for."
VIEW = CropHashes(dhash=1, phash=2, pdq=3)
PRINT = PicturePrint(straight=(VIEW,) * len(CROPS), mirrored=(VIEW,) * len(CROPS)).to_text()
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://skies.example/maria",
    account="bluesky:@mariadelgado.skies.example",
    name="Maria Delgado",
    handle="mariadelgado.skies.example",
    bio=BIO,
    created_at=datetime(2016, 1, 1, tzinfo=UTC),
    picture_print=PRINT,
)
SECOND = replace(
    OWN,
    key="own-2",
    account="youtube:@mdelgado",
    handle="mdelgado",
    bio="Volcano videos",
    created_at=datetime(2010, 1, 1, tzinfo=UTC),
    picture_print="",
)
OWN_PAGE = replace(
    OWN, key="page", kind=TraceKind.PAGE, account="", handle="", url="https://maria.example/"
)
OWN_SETS = ((), (OWN,), (OWN, SECOND), (OWN_PAGE,))
# One letter of each is of another alphabet.
MIXED_NAME = "M\N{CYRILLIC SMALL LETTER A}ria Delgado"
MIXED_HANDLE = "m\N{CYRILLIC SMALL LETTER A}riadelgado"

names = st.sampled_from(
    "Maria Delgado|M. Delgado|Maria D.|Maria Rosa Delgado|Maria Delgado Torres|Mia Delgado|"
    "Maria De1gado|Karl Brandt|Maria|Mrs. Delgado|Mrs. D|Delgado Memes|Delgado sightings|sunny|"
    f"Karl Delgado|{MIXED_NAME}|Karl Br\N{CYRILLIC SMALL LETTER A}ndt|".split("|")
)
handles = st.sampled_from(
    "mariadelgado mdelgado mariade1gado maria_delgado delgado rosadelgado realmariadelgado "
    f"mrsdelgado sunny {MIXED_HANDLE} zz".split()
)
texts = st.sampled_from(
    [
        *("", BIO, "At Maple Street Elementary School", "Lost in Fairmont", "I teach. DM me, ok"),
        *("Made by students of Mrs. Delgado", "Got hacked, new account", "Plumber", "Two cats."),
        *("Maple Street Elementary, Cedar Valley Public Schools", "anonymous, send tea"),
    ]
)
amounts = st.none() | st.sampled_from([0, 3, 12, 60, 200, 900])
counted = st.tuples(amounts, amounts, amounts).map(
    lambda told: tuple(
        (name, count)
        for name, count in zip(("followers", "following", "posts"), told, strict=True)
        if count is not None
    )
)
traces = st.builds(
    Trace,
    key=st.just("other"),
    kind=st.sampled_from(TraceKind),
    url=st.just("https://a.example/other"),
    account=st.sampled_from(["bluesky:2", "youtube:2", "tiktok:2", "speaker-deck:2"]),
    name=names,
    handle=handles,
    bio=texts,
    snippet=texts,
    location=st.sampled_from(
        ["", "Ohio", "Iowa", "Fairmont, OH", "Fairmont, Iowa", "Cedar Valley"]
    ),
    counts=counted,
    created_at=st.none()
    | st.sampled_from([datetime(year, 6, 1, tzinfo=UTC) for year in (2008, 2012, 2016, 2020)]),
    picture_print=st.sampled_from(["", PRINT]),
)
inventories = st.builds(
    Inventory,
    own_traces=st.sampled_from(OWN_SETS),
    absent_platforms=st.sampled_from([frozenset[str](), frozenset({"tiktok"})]),
    wave_sizes=st.sampled_from([{}, {"other": 4}]),
)
subjects = st.floats(0, 1e5).map(lambda many: Subject(person=PERSON, commonness=many))


def counts(found: Trace, name: str) -> int:
    return dict(found.counts).get(name, 0)


def is_older_than_all(found: Trace, own: tuple[Trace, ...]) -> bool:
    return found.created_at is not None and all(
        trace.created_at is not None and found.created_at < trace.created_at for trace in own
    )


def is_older_here(found: Trace, own: tuple[Trace, ...]) -> bool:
    return is_older_than_all(found, tuple(o for o in own if o.platform == found.platform))


# What has to hold where a reader is told so, in terms of the trace alone.
TRUTHS: Mapping[str, Callable[[Trace, tuple[Trace, ...]], bool]] = {
    # Around a name in running text there may be other words.
    "The name shown matches yours exactly": lambda f, _: (
        f.name == "Maria Delgado" or (f.kind is TraceKind.PAGE and "Maria Delgado" in f.name)
    ),
    "It has followers and posts": lambda f, _: min(counts(f, "followers"), counts(f, "posts")) > 0,
    "It has followers,": lambda f, _: counts(f, "followers") > 0,
    "It follows many accounts, and far fewer": lambda f, _: (
        counts(f, "following") > 4 * counts(f, "followers")
    ),
    "It names your state, but no town": lambda f, _: f.location == "Ohio",
    "It names a different town": lambda f, _: "Fairmont" in f"{f.location} {f.bio} {f.snippet}",
    "It names a different state": lambda f, _: "Iowa" in f.location,
    "Its username mixes": lambda f, _: mixes_alphabets(f.handle),
    "The name shown mixes": lambda f, _: mixes_alphabets(f.name),
    "It writes your name with letters": lambda f, _: f.name == MIXED_NAME,
    "It is older than any account": is_older_than_all,
    "It is older than your account on the same": is_older_here,
    "Only your family name is shown.": lambda f, _: (
        f.kind is TraceKind.PAGE or "Maria" not in f.name
    ),
    "It uses the same picture as your account on Bluesky": lambda f, own: OWN in own,
    "It uses the same picture as a page": lambda f, own: OWN_PAGE in own,
    "You use exactly the same username": lambda f, own: f.handle in {"mariadelgado", "mdelgado"},
    "The name shown is not yours": lambda f, _: "Maria Delgado" not in f.name,
    "Your given name does not appear.": lambda f, _: "maria" not in f"{f.name}{f.handle}".lower(),
    "Your name does not appear.": lambda f, _: (
        f.kind is TraceKind.PAGE or "delgado" not in f.handle
    ),
    "No name is shown": lambda f, _: f.name in {"", "sunny"},
}


@given(subject=subjects, trace=traces, inventory=inventories)
def test_what_a_reader_is_told_is_so(subject, trace, inventory):
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)

    for piece in found.evidence:
        for beginning, holds in TRUTHS.items():
            if render_reason(piece.reason).startswith(beginning):
                assert holds(trace, inventory.own_traces), piece.reason


ASKING = {"speaks-of-person", "new-under-name", "wave"}


@given(subject=subjects, trace=traces, inventory=inventories)
def test_each_fact_is_told_once_and_the_strongest_come_first(subject, trace, inventory):
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)
    shown = found.shown_evidence
    strengths = [abs(piece.bits) for piece in shown if piece.rule not in ASKING]
    decides = [piece.rule in ASKING for piece in shown]
    topics = [topic for piece in shown for topic in list_topics(piece)]

    assert len(set(topics)) == len(topics)
    assert len(set(found.reasons)) == len(found.reasons)
    assert strengths == sorted(strengths, reverse=True)
    assert decides == sorted(decides, reverse=True)
    assert len(shown) <= 3
    assert len(shown) == 1 or all(strength >= 1 for strength in strengths)


def told(label: OwnershipLabel, suggestion: OwnershipLabel | None, **bits: float):
    pieces = [
        Evidence(
            rule=rule.name,
            axis=rule.axis,
            bits=bits[rule.name.replace("-", "_")],
            reason=Reason(rule.name),
        )
        for rule in RULES.values()
        if rule.name.replace("-", "_") in bits
    ]
    ordered = tuple(sorted(pieces, key=lambda piece: -abs(piece.bits)))
    found = Assessment(label=label, suggestion=suggestion, bits=0, evidence=ordered)
    return [[one.rule for one in found.list_reasons(in_favor=side)] for side in (True, False)]


ASKED, FAKE = OwnershipLabel.UNKNOWN, OwnershipLabel.IMPERSONATION


def test_a_class_speaks_for_the_person_and_against_a_fake():
    signs = {"classroom": -5, "new_account": 4, "namesakes": -2}

    assert told(ASKED, None, **signs) == [["classroom", "new-account"], ["namesakes"]]
    assert told(ASKED, FAKE, **signs) == [["new-account"], ["classroom", "namesakes"]]


def test_what_the_person_hardly_runs_speaks_for_a_fake():
    signs = {"second_account": -2, "linked_from_own": 3, "lure": 4}

    assert told(ASKED, FAKE, **signs) == [["lure", "second-account"], ["linked-from-own"]]
    assert told(ASKED, None, **signs) == [["lure", "linked-from-own"], ["second-account"]]


def test_weak_signs_of_a_fake_are_no_sign_whose_it_is():
    signs = {"hollow": 1.6, "long_standing": -1.6, "place": 3}

    assert told(ASKED, None, **signs) == [["place"], []]
    assert told(ASKED, FAKE, **signs) == [["hollow", "place"], ["long-standing"]]


def test_before_a_report_all_is_told_that_speaks_against_it():
    signs = {"mock_name": 12, "mock_bio": 9, "solicits": 5, "elder": -4, "namesakes": -2}

    assert told(FAKE, None, **signs)[1] == ["elder", "namesakes"]


@given(subject=subjects, trace=traces, inventory=inventories)
def test_what_is_left_out_was_told_by_something_stronger(subject, trace, inventory):
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)
    strongest = {
        topic: 99.0 if piece.rule in ASKING else abs(piece.bits)
        for piece in found.shown_evidence
        for topic in list_topics(piece)
    }

    for piece in found.evidence:
        known = strongest.keys() & list_topics(piece)
        if known:
            assert all(strongest[topic] >= abs(piece.bits) for topic in known)
        elif abs(piece.bits) >= 1:
            assert len(found.shown_evidence) == 3


@given(subject=subjects, trace=traces, inventory=inventories)
def test_networks_are_called_by_their_names(subject, trace, inventory):
    found = assess_trace(subject, trace, inventory, None, WEIGHTS)
    keys = {trace.platform, *(own_trace.platform for own_trace in inventory.own_traces)} - {""}

    for key in keys:
        assert not any(
            f" {key}" in reason
            for reason in map(render_reason, found.reasons)
            if key != spell_site_name(key)
        )
    assert not any(
        "on ." in reason or "on," in reason for reason in map(render_reason, found.reasons)
    )


def sign(rule: str, bits: float) -> Evidence:
    return Evidence(rule=rule, axis=EvidenceAxis.CLAIM, bits=bits, reason=Reason(rule))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("handle-other", "unlike-handle"),
        ("same-handle", "known-handle"),
        ("handle-akin", "lookalike-handle"),
        ("same-words", "copied-bio"),
        ("same-picture", "copied-picture"),
        ("employer", "school-too"),
        ("none-here", "absent-platform"),
        ("name-addressed", "addressed"),
        ("name-near", "disguised-name"),
    ],
)
def test_of_two_rules_about_one_fact_the_first_is_told(one, other):
    assert select_reasons([sign(one, 2.0), sign(other, 1.0)]) == (sign(one, 2.0),)
    assert select_reasons([sign(one, 2.0), sign("place", 1.0), sign(other, 1.0)]) == (
        sign(one, 2.0),
        sign("place", 1.0),
    )


def test_what_tells_a_fact_of_its_own_stays():
    several = [sign("place", 4.0), sign("role", 2.0), sign("no-such-rule", 1.0)]

    assert select_reasons(several) == tuple(several)


def test_three_are_told_at_most_and_none_that_does_not_double_the_odds():
    strong = [sign("place", 4.0), sign("role", -3.0), sign("employer", 2.0), sign("state", 1.5)]

    assert select_reasons(strong) == tuple(strong[:3])
    assert select_reasons([strong[0], sign("state", 0.9)]) == (strong[0],)
    assert select_reasons([*strong, sign("wave", 0.0)])[0].rule == "wave"
    assert select_reasons([sign("place", 0.9), sign("role", -0.5)]) == (sign("place", 0.9),)
