"""What handles cover of a name."""

import pytest

from monitor.domain.handles import Cover, fits, same_handle
from monitor.domain.person import PersonName

MARIA = PersonName(given="Maria", family="Delgado")
BETH = PersonName(given="Elizabeth", family="Novak", former_families=("Hartley",))
WEI = PersonName(given="Wei", family="Li")


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
