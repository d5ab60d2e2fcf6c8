"""What holds of every assessment, whatever the web shows."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.district import MARIA
from monitor.domain.detection.appearance import Inventory, Subject
from monitor.domain.detection.assessment import assess_trace
from monitor.domain.detection.evidence import EvidenceAxis
from monitor.domain.detection.weights import load_own_weights
from monitor.domain.vocabulary import Decision, OwnershipLabel
from reports.reason_rendering import render_reason
from scrapers.models import Trace, TraceKind

WEIGHTS = load_own_weights()
BIO = "Fifth grade science. Volcanoes, beetles, and puns that nobody asked for."
OWN = Trace(
    key="own",
    kind=TraceKind.ACCOUNT,
    url="https://a.example/maria",
    account="bluesky:1",
    name="Maria Delgado",
    handle="mariadelgado",
    bio=BIO,
)
INVENTORY = Inventory(own_traces=(OWN,), absent_platforms=frozenset({"paceclub"}))
PLANTED = "xyzzyplugh"

texts = st.sampled_from(
    ["", "Maple Street Elementary School", "in Cedar Valley", "in Fairmont", "a teacher", BIO]
)
traces = st.builds(
    Trace,
    key=st.just("other"),
    kind=st.sampled_from(TraceKind),
    url=st.just("https://a.example/other"),
    account=st.sampled_from(["bluesky:2", "paceclub:2", "chalkboard:2"]),
    title=texts,
    snippet=texts,
    bio=texts,
    name=st.sampled_from(["Maria Delgado", "M. Delgado", "Maria De1gado", "Ann Lee", "", "Mia"]),
    handle=st.sampled_from(["mariadelgado", "mariade1gado", "mdelgado", "maria_delgado", "zz", ""]),
)
subjects = st.floats(0, 1e5).map(lambda many: Subject(person=MARIA.person, commonness=many))
decisions = st.none() | st.sampled_from(Decision)


def imitated(subject, trace):
    found = assess_trace(subject, trace, INVENTORY, None, WEIGHTS)
    return sum(piece.bits for piece in found.evidence if piece.axis is EvidenceAxis.IMITATION)


@given(subject=subjects, trace=traces, decision=decisions)
def test_the_reasons_add_up_to_the_score_strongest_first(subject, trace, decision):
    found = assess_trace(subject, trace, INVENTORY, decision, WEIGHTS)
    strengths = [abs(piece.bits) for piece in found.evidence]

    assert found.bits == sum(piece.bits for piece in found.evidence)
    assert strengths == sorted(strengths, reverse=True)
    assert len(found.reasons) > 0


@given(subject=subjects, trace=traces)
def test_copying_the_bio_never_looks_less_like_an_imitation(subject, trace):
    assert imitated(subject, replace(trace, bio=BIO)) >= imitated(subject, replace(trace, bio=""))


@given(subject=subjects, trace=traces, decision=decisions)
def test_declaring_an_account_makes_it_own(subject, trace, decision):
    declaring = replace(subject, person=replace(MARIA.person, accounts=(trace.account,)))

    assert assess_trace(declaring, trace, INVENTORY, decision, WEIGHTS).label is OwnershipLabel.MINE


@given(subject=subjects, trace=traces)
def test_saying_mine_is_never_answered_with_an_accusation(subject, trace):
    label = assess_trace(subject, trace, INVENTORY, Decision.MINE, WEIGHTS).label

    assert label is (
        OwnershipLabel.MINE
        if trace.kind is TraceKind.ACCOUNT or trace.key == OWN.key
        else OwnershipLabel.ABOUT_ME
    )


@given(subject=subjects, trace=traces)
def test_no_account_is_the_persons_without_their_word_or_proof(subject, trace):
    stranger = replace(subject, person=replace(subject.person, accounts=(), pages=()))
    found = assess_trace(stranger, trace, Inventory(), None, WEIGHTS)

    assert found.label is not OwnershipLabel.MINE


@given(subject=subjects, trace=traces)
def test_a_more_common_name_never_speaks_more_for_the_person(subject, trace):
    commoner = replace(subject, commonness=subject.commonness * 2 + 1)
    here, there = (
        assess_trace(side, trace, INVENTORY, None, WEIGHTS) for side in (subject, commoner)
    )

    assert there.bits <= here.bits
    assert (here.label, there.label) not in {
        (OwnershipLabel.NAMESAKE, OwnershipLabel.MINE),
        (OwnershipLabel.UNKNOWN, OwnershipLabel.MINE),
    }


@given(subject=subjects, trace=traces)
def test_a_page_imitates_nobody(subject, trace):
    assert imitated(subject, replace(trace, kind=TraceKind.PAGE)) == 0


@given(subject=subjects, trace=traces, decision=decisions)
def test_no_reason_quotes_the_web(subject, trace, decision):
    planted = replace(
        trace,
        title=f"{trace.title} {PLANTED}",
        snippet=f"{trace.snippet} {PLANTED}",
        bio=f"{trace.bio} {PLANTED}",
        name=f"{trace.name} {PLANTED}",
        handle=f"{trace.handle}{PLANTED}",
    )
    found = assess_trace(subject, planted, INVENTORY, decision, WEIGHTS)

    assert PLANTED not in " ".join(map(render_reason, (*found.reasons, *found.lowered_by)))


@given(text=st.text(max_size=80), kind=st.sampled_from(TraceKind))
def test_no_text_is_too_strange_to_assess(text, kind):
    strange = replace(OWN, key="x", kind=kind, account="b:2", name=text, bio=text, handle=text)

    assess_trace(Subject(person=MARIA.person, commonness=1.0), strange, INVENTORY, None, WEIGHTS)
