"""The file of weights: every rule once, in bits, with its source; anything else is refused."""

import tomllib
from importlib.resources import files

import pytest

from monitor.domain.detection import evidence_rules
from monitor.domain.detection.evidence import EvidenceAxis
from monitor.domain.detection.weights import load_own_weights, parse_weights
from monitor.domain.errors import ConfigError
from tests.rows import over_rows

OURS = files("monitor.domain.detection").joinpath("weights.toml").read_text("utf-8")
EMPLOYER = next(line for line in OURS.splitlines() if line.startswith("employer ="))
BITS = str(load_own_weights().bits["employer"])
VERSION = f"version = {load_own_weights().version}"


def test_our_own_file_weighs_every_rule_and_says_why():
    weights = load_own_weights()

    assert weights.bits.keys() == evidence_rules.RULES.keys()
    assert all(weights.sources.values())
    assert weights.version >= 1
    assert weights.priors.impersonation < 0
    assert weights.priors.mock < 0


def test_each_rule_stands_under_its_axis():
    file = tomllib.loads(OURS)

    for axis in EvidenceAxis:
        assert {evidence_rules.RULES[name].axis for name in file[axis]} == {axis}


def test_signs_are_weighed_as_often_as_they_hold():
    (twice,) = load_own_weights().weigh_matches(
        [evidence_rules.NAMESAKES.build_match(amount=2.0, reason="Two.")]
    )

    assert (twice.rule, twice.axis, twice.reason) == ("namesakes", EvidenceAxis.CLAIM, "Two.")
    assert twice.bits == 2 * load_own_weights().bits["namesakes"]


def test_another_file_can_weigh_otherwise():
    heavier = EMPLOYER.replace(f"bits = {BITS}", "bits = 7.5")

    other = parse_weights(OURS.replace(EMPLOYER, heavier).replace(VERSION, "version = 99"), "w")

    assert (other.version, other.bits["employer"]) == (99, 7.5)


@over_rows(
    ("found", "instead", "said"),
    [
        (EMPLOYER, "", "does not weigh the rule 'employer' of claim"),
        (EMPLOYER, EMPLOYER.replace("employer", "horoscope"), "weighs 'horoscope', which is no"),
        (EMPLOYER, EMPLOYER.replace(BITS, '"six"'), "needs bits, a number"),
        (EMPLOYER, EMPLOYER.replace(BITS, "true"), "needs bits, a number"),
        (EMPLOYER, EMPLOYER.replace(BITS, "inf"), "needs bits, a number"),
        (EMPLOYER, "employer = 6.0", "needs bits, a number, and a source"),
        ("[control]", "[puppetry]", "has a table 'puppetry' that means nothing"),
        (VERSION, "", "needs a version"),
        (VERSION, 'version = "one"', "needs a version"),
        (VERSION, "version = ", "is not valid TOML"),
        ("temperature = 0.60", "", "needs a temperature"),
        ("temperature = 0.60", "temperature = 0", "needs a temperature"),
    ],
)
def test_a_file_that_is_not_whole_is_refused_in_one_sentence(found, instead, said):
    with pytest.raises(ConfigError) as refused:
        parse_weights(OURS.replace(found, instead), "weights-2.toml")

    assert said in str(refused.value)
    assert str(refused.value).startswith("weights-2.toml ")
    assert "\n" not in str(refused.value)


def test_a_rule_under_another_axis_is_unknown_there():
    moved = OURS.replace(EMPLOYER, "").replace("[control]", f"[control]\n{EMPLOYER}")

    with pytest.raises(ConfigError, match="'employer'"):
        parse_weights(moved, "weights-2.toml")
