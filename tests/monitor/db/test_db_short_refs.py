"""What a letter prints of a ref leads back to the whole of it."""

from dataclasses import replace

import pytest

from monitor.domain.errors import InputError

REF = "9aa1409239b303cb303b5646a1ea3a2d"


@pytest.fixture
def cases(world):
    rosa = world.enrolled()
    world.state.cases.insert_case(replace(world.case(world.finding(rosa, "one")), id=REF))
    world.state.cases.insert_case(
        replace(world.case(world.finding(rosa, "two")), id=f"{REF[:10]}ff")
    )
    return world.state.cases


def test_its_first_letters_stand_for_one_case(cases):
    assert cases.resolve_case_prefix(REF[:12]) == REF
    assert cases.resolve_case_prefix(REF) == REF


def test_what_may_mean_two_cases_is_refused(cases):
    with pytest.raises(InputError, match="Several references"):
        cases.resolve_case_prefix(REF[:8])


@pytest.mark.parametrize("begun", ["", "9", REF[:7], "%", "unknown-ref"])
def test_less_than_a_letter_prints_stands_for_itself(cases, begun):
    assert cases.resolve_case_prefix(begun) == begun


def test_a_finding_is_found_by_its_first_letters_too(world):
    finding = world.finding(world.enrolled())

    assert world.state.findings.resolve_finding_prefix(finding.id[:8]) == finding.id
