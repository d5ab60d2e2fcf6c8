"""What is written of weights is read back as it was."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.detection.weights import read_weights, weights_text
from monitor.services.weights import own_weights

# A source is never empty, and no file of text holds half a letter.
sources = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


def test_our_own_weights_survive_being_written():
    assert read_weights(weights_text(own_weights()), "there") == own_weights()


@given(bits=st.floats(-30, 30), source=sources, version=st.integers(1))
def test_any_weight_and_any_source_survive_being_written(bits, source, version):
    ours = own_weights()
    weights = replace(
        ours,
        version=version,
        prior=bits,
        bits={**ours.bits, "place": bits},
        sources={**ours.sources, "place": source, "impersonation": source},
    )

    assert read_weights(weights_text(weights), "there") == weights
