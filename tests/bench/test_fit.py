"""A fit is judged on what it was not fitted on, and is kept only where it helps there."""

from collections import Counter

import pytest

from monitor.domain.detection.assessment import assess_input
from monitor.domain.detection.evidence import EvidenceSums, compute_probabilities
from monitor.domain.detection.weights import load_own_weights, parse_weights
from tests.bench import fit
from tests.bench.fit import (
    Comparison,
    Judged,
    compute_calibration_error,
    count_a_year,
    describe,
    judge,
    leave_one_out,
    load_hand_weights,
    main,
    write_weights,
)
from tests.bench.fitting import (
    PRIOR_NAMES,
    Point,
    build_weights,
    compute_loss,
    fit_bits,
    fit_temperature,
    gather,
    list_bits,
    scale_bits,
    tell_stories,
    weigh_examples,
)
from tests.bench.generators import FAKE, GENERATORS, PROFILE, SEARCH

PRIORS = ((PRIOR_NAMES[0], 1.0),), ((PRIOR_NAMES[1], 1.0),)
THEIRS, OTHERS = (True, False, False, False), (False, False, False, True)


def shows(*rules: str, stories=OTHERS, mock=()) -> Point:
    claim = tuple((rule, 1.0) for rule in rules)
    signs = tuple((rule, 1.0) for rule in mock)
    return Point(axes=(claim, (), PRIORS[0], signs, PRIORS[1]), stories=stories)


@pytest.fixture(scope="module")
def drawn():
    return {name: draw(3, 6) for name, draw in GENERATORS.items()}


def test_stories_are_as_likely_as_the_product_says():
    weights = load_own_weights()
    bits = list_bits(weights)
    claim = bits["employer"] + bits["place"]
    point = shows("employer", "place", mock=("mock-hint",))
    sums = EvidenceSums(claim=claim, control=0.0, imitation=0.0, mock=bits["mock-hint"])
    said = compute_probabilities(sums, weights.priors)

    told = tell_stories(point, scale_bits(bits, weights.priors.temperature)).shares

    assert list(told) == pytest.approx([said.mine, said.impersonation, said.mock, said.other])


def test_weights_go_toward_what_is_true_and_are_held_by_the_ridge():
    center = list_bits(load_own_weights())
    points = [(shows("role", stories=THEIRS), 50.0), (shows("state"), 50.0)]

    free, held = (fit_bits(points, center, ridge) for ridge in (0.5, 500.0))

    assert compute_loss(points, free) < compute_loss(points, held) < compute_loss(points, center)
    assert free["role"] > held["role"] > center["role"]
    assert free["employer"] == center["employer"]


@pytest.mark.parametrize(("stories", "share"), [(OTHERS, 0.5), (THEIRS, 2.0)])
def test_no_sign_turns_or_doubles_twice_and_what_weighs_nothing_stays_so(stories, share):
    center = list_bits(load_own_weights())
    # All that is seen speaks against these rules, or for them.
    points = [(shows("state", "name-exact", stories=stories), 500.0)]

    fitted = fit_bits(points, center, 0.01)

    assert fitted["state"] == share * center["state"]
    assert fitted["name-exact"] == 0


def test_the_slope_is_that_of_the_loss():
    center = list_bits(load_own_weights())
    points = [(shows("role", mock=("mock-hint", "addressed"), stories=THEIRS), 1.0)]
    slopes, _ = gather(points, center, center, 0.0)

    for name in ("role", "mock-hint", *PRIOR_NAMES):
        moved = compute_loss(points, {**center, name: center[name] + 1e-4})
        assert (moved - compute_loss(points, center)) / 1e-4 == pytest.approx(
            slopes[name], rel=0.01
        )


def test_a_temperature_cools_what_is_too_bold():
    center = list_bits(load_hand_weights())
    # One in three of what is told with four bits for it is false.
    points = [(shows("place", stories=THEIRS), 2.0), (shows("place"), 1.0)]

    assert fit_temperature(points, center) < 0.6
    assert scale_bits(center, 0.5)["declared"] == center["declared"]
    assert scale_bits(center, 0.5)["place"] == center["place"] / 2


def test_fakes_are_as_frequent_in_each_generator(drawn):
    for one in drawn.values():
        weighed = list(weigh_examples(one.examples))
        assert sum(weight for _, weight in weighed) == pytest.approx(1)
        fakes = sum(weight for example, weight in weighed if example.gold == FAKE)
        assert fakes == pytest.approx(0.14)


def test_every_generator_has_both_views_and_both_kinds(drawn):
    for one in drawn.values():
        assert {example.view for example in one.examples} == {PROFILE, SEARCH}
        assert any(example.gold == FAKE for example in one.examples)
        assert any(example.gold != FAKE for example in one.examples)


def test_other_weights_say_what_assessing_anew_would(drawn):
    by = load_own_weights()
    for example in drawn["stories"].met[:50]:
        again = assess_input(example.inputs, None, by)
        assert example.assess(by).label is again.label


def test_nothing_is_judged_that_was_fitted_on(drawn, monkeypatch):
    fitted_on = []

    def remember(train):
        fitted_on.append(tuple(train))
        return load_own_weights()

    monkeypatch.setattr(fit, "fit_weights", remember)
    compared = list(leave_one_out(drawn))

    assert [comparison.name for comparison in compared] == list(drawn)
    for comparison, train in zip(compared, fitted_on, strict=True):
        assert len(train) == len(drawn) - 1
        assert all(one is not drawn[comparison.name] for one in train)


def test_no_fit_sees_the_accounts_of_a_judge(drawn, monkeypatch, capsys):
    outside, fitted_on = drawn["harms"], []
    fits = {name: one for name, one in drawn.items() if name != "harms"}

    def remember(train):
        fitted_on.extend(train)
        return load_own_weights()

    monkeypatch.setattr(
        fit, "GENERATORS", {name: lambda *_, one=one: one for name, one in fits.items()}
    )
    monkeypatch.setattr(fit, "JUDGES", {"outside": lambda *_: outside})
    monkeypatch.setattr(fit, "fit_weights", remember)

    main([])

    assert fitted_on
    assert all(one is not outside for one in fitted_on)
    assert "outside   fitted  profile" in capsys.readouterr().out


def test_a_fit_flags_no_more_where_it_was_fitted_than_is_allowed(drawn):
    train = [drawn["profiles"], drawn["habits"]]
    fitted = fit.fit_weights(train)

    for one in train:
        most = fit.allow_wrong_flags(count_a_year(one, load_hand_weights()))
        assert count_a_year(one, fitted)[0] <= most


def said(*, cost=1.0, wrong_flags=0.05, questions=1.0, silent=1) -> Judged:
    counts = Counter(flagged=4, asked=4, silent=silent)
    return Judged(
        fakes={PROFILE: counts, SEARCH: counts},
        cost=cost,
        error=0.05,
        wrong_flags=wrong_flags,
        questions=questions,
    )


@pytest.mark.parametrize(
    ("fitted", "helps"),
    [
        (said(cost=0.9), True),
        (said(cost=1.1), False),
        (said(cost=0.9, silent=2), False),
        (said(cost=0.9, wrong_flags=0.2), False),
        (said(cost=0.9, questions=6.0), False),
    ],
)
def test_a_fit_helps_only_if_nothing_is_paid_for_it(fitted, helps):
    assert Comparison(name="profiles", by_hand=said(), fitted=fitted).helps is helps


def test_a_comparison_says_both(drawn):
    judged = judge(drawn["harms"], load_own_weights())
    lines = list(describe(Comparison(name="harms", by_hand=judged, fitted=judged)))

    assert [line.split()[:2] for line in lines] == [["harms", "by"], ["harms", "fitted"]]
    assert all("wrong flags" in line for line in lines)


def test_error_is_the_gap_between_what_is_said_and_what_is_true():
    assert compute_calibration_error([(0.9, True, 0.5), (0.95, False, 0.5)]) == pytest.approx(0.425)
    assert compute_calibration_error([(0.0, False, 1.0)]) == 0


def test_weights_are_written_with_what_they_were_and_what_they_were_fitted_on():
    by_hand, own = load_hand_weights(), load_own_weights()
    bits = list_bits(by_hand)
    changed = build_weights({**bits, "place": 3.25, PRIOR_NAMES[1]: -8.0})

    text = write_weights(changed, ["one", "another"])
    written = parse_weights(text, "w")

    assert "(one, another)" in text
    assert (written.bits["place"], written.priors.mock) == (3.25, -8.0)
    assert written.sources["place"] == f"fitted, 4 before; {by_hand.sources['place']}"
    assert written.sources["employer"] == by_hand.sources["employer"]
    assert written.bits["employer"] == bits["employer"]
    assert written.version == own.version + 1


def test_the_weights_in_use_are_written_by_the_fit():
    by_hand, own = load_hand_weights(), load_own_weights()
    before = list_bits(by_hand)

    for name, bits in list_bits(own).items():
        source = own.sources[name.removeprefix("prior.")]
        was_fitted = source.startswith("fitted, ")
        assert was_fitted or bits == before[name]
        assert not was_fitted or source.startswith(f"fitted, {before[name]:g} before; ")
    assert write_weights(own, GENERATORS).splitlines()[10:] == read_own_lines()[10:]


def read_own_lines() -> list[str]:
    return fit.Path(fit.weights.__file__).with_name("weights.toml").read_text("utf-8").splitlines()


def test_weights_that_do_not_help_everywhere_are_not_written(drawn, monkeypatch, capsys):
    monkeypatch.setattr(
        fit, "GENERATORS", {name: lambda *_, one=one: one for name, one in drawn.items()}
    )
    monkeypatch.setattr(fit, "JUDGES", {})
    monkeypatch.setattr(fit, "fit_weights", lambda _: load_hand_weights())
    monkeypatch.setattr(fit, "write_weights", lambda *_: pytest.fail("written"))

    main(["--write"])

    assert "nothing is written" in capsys.readouterr().out
