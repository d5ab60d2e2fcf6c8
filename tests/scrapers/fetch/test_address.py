"""Only globally routable unicast is public."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.fetch.address import NOT_PUBLIC_V4, NOT_PUBLIC_V6, public_unicast

INSIDE = [
    "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:168.63.129.16",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    "2001:2::1",
    "2001:10::1",
    "2001:20::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
    "not an address",
    "",
    "1.2.3",
    "0177.0.0.1",
]
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.215.14",
    "172.15.255.255",
    "172.32.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a00:1450:4001:80e::200e",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
]


@pytest.mark.parametrize("ip", INSIDE)
def test_an_address_that_is_not_on_the_public_internet_is_refused(ip: str) -> None:
    assert not public_unicast(ip)


@pytest.mark.parametrize("ip", OUTSIDE)
def test_an_address_on_the_public_internet_is_let_through(ip: str) -> None:
    assert public_unicast(ip)


@given(st.ip_addresses())
@example(IPv4Address("192.88.99.1"))
@example(IPv6Address("2001:4:112::1"))
def test_what_is_public_is_global_to_the_standard_library_too(
    ip: IPv4Address | IPv6Address,
) -> None:
    carried = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    assert (carried or ip).is_global or not public_unicast(str(ip))


@pytest.mark.parametrize("block", [*NOT_PUBLIC_V4, *NOT_PUBLIC_V6], ids=str)
def test_every_block_of_the_table_is_refused_from_end_to_end(block: object) -> None:
    first, last = block[0], block[-1]  # type: ignore[index] # a network is indexable

    assert not public_unicast(str(first))
    assert not public_unicast(str(last))


@given(st.sampled_from(INSIDE))
def test_mapping_an_inside_address_into_ipv6_does_not_let_it_out(ip: str) -> None:
    try:
        address = ip_address(ip)
    except ValueError:
        return
    if isinstance(address, IPv4Address):
        assert not public_unicast(f"::ffff:{ip}")
        assert not public_unicast(f"64:ff9b::{ip}")
