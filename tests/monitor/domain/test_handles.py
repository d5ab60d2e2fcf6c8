"""Handles: what they cover of a name, and what they imitate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.handles import Cover, fits, same_handle
from monitor.domain.lookalike import Imitation, Trick, imitates
from monitor.domain.person import PersonName

MARIA = PersonName(given="Maria", family="Delgado")
BETH = PersonName(given="Elizabeth", family="Novak", former_families=("Hartley",))
WEI = PersonName(given="Wei", family="Li")
ORIGINAL = "maria-delgado"

handles = st.from_regex(r"[a-z]{5,12}(?:[._-][a-z]{1,6})?\d{0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("handle", "name", "cover", "residue"),
    [
        ("mariadelgado", MARIA, Cover.FULL, ""),
        ("@Delgado.Maria84", MARIA, Cover.FULL, "84"),
        ("mariadelgado.skies.example", MARIA, Cover.FULL, ""),
        ("maria-delgado.com", MARIA, Cover.FULL, ""),
        ("maríadelgado", MARIA, Cover.FULL, ""),
        ("weili", WEI, Cover.FULL, ""),
        ("liznovak", BETH, Cover.NICK, ""),
        ("beth_hartley", BETH, Cover.NICK, ""),
        ("mdelgado7", MARIA, Cover.INITIALS, "7"),
        ("delgadom", MARIA, Cover.INITIALS, ""),
        ("mariad84", MARIA, Cover.INITIALS, "84"),
        ("mrsdelgado", MARIA, Cover.FAMILY, "mrs"),
        ("marcosdelgado", MARIA, Cover.FAMILY, "marcos"),
        ("olivia", WEI, Cover.NONE, "olivia"),
        ("volcanolady", MARIA, Cover.NONE, "volcanolady"),
        ("", MARIA, Cover.NONE, ""),
    ],
)
def test_a_handle_covers_a_name_and_leaves_the_rest(handle, name, cover, residue):
    fit = fits(handle, name)

    assert (fit.cover, fit.residue) == (cover, residue)


def test_handles_are_the_same_whether_or_not_a_network_adds_its_host_name():
    assert same_handle("mariadelgado.skies.example", "@MariaDelgado")
    assert not same_handle("mariadelgado.skies.example", "mariadelgado.other.example")
    assert not same_handle("mariadelgado", "maria.delgado")
    assert not same_handle("", "")


@pytest.mark.parametrize(
    ("handle", "trick"),
    [
        ("maria_delgado", Trick.SEPARATORS),
        ("mariadelgado", Trick.SEPARATORS),
        ("m\N{CYRILLIC SMALL LETTER A}ria-delgado", Trick.ALPHABET),
        ("maria-de1gado", Trick.LOOK),
        ("rnaria-delgad0", Trick.LOOK),
        ("Maria-DeIgado", Trick.LOOK),
        ("real_maria_de1gado", Trick.LOOK),
        ("maria-delgado84", Trick.NUMBER),
        ("officialmariadelgado", Trick.AFFIX),
        ("maria-delgado_backup", Trick.AFFIX),
        ("maria-delgadoo", Trick.SPELLING),
        ("mraia-delgado", Trick.SPELLING),
    ],
)
def test_an_imitation_is_named_by_its_plainest_trick(handle, trick):
    found = imitates(handle, ORIGINAL)

    assert found
    assert found.trick is trick
    assert found.reason.startswith("Its handle")


@pytest.mark.parametrize("handle", ["marcosdelgado", "volcanolady", "delgado", "m", ""])
def test_a_neighbour_is_no_imitation(handle):
    assert imitates(handle, ORIGINAL) is None


def test_a_handle_under_another_host_name_is_an_imitation():
    assert imitates("mariadelgado.bad.example", "mariadelgado.skies.example") == Imitation(
        trick=Trick.HOST
    )


def test_a_short_handle_is_too_like_others_to_be_imitated():
    assert imitates("mia1", "mia") is None


def test_a_dot_or_a_number_is_what_a_namesake_adds_too():
    for handle, deliberate in (("maria_delgado", False), ("maria-delgado2", False)):
        assert imitates(handle, ORIGINAL).deliberate is deliberate
    assert imitates("maria-de1gado", ORIGINAL).deliberate


@given(handle=handles)
def test_a_handle_never_imitates_itself(handle):
    assert imitates(handle, handle) is None
    assert imitates(handle.upper(), handle) is None


@given(handle=handles)
def test_replacing_an_o_by_a_zero_is_always_seen(handle):
    changed = handle.replace("o", "0")
    if changed != handle:
        assert imitates(changed, handle)


@given(handle=st.text(max_size=40), original=st.text(max_size=40))
def test_likeness_is_a_share_and_the_same_in_both_directions(handle, original):
    there, back = imitates(handle, original), imitates(original, handle)

    assert there is None or 0 < there.likeness <= 1
    if there and back:
        assert there.likeness == back.likeness
