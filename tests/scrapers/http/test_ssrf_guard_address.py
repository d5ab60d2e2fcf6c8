"""Only globally routable unicast is public."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from hypothesis import example, given
from hypothesis import strategies as st

from scrapers.http.ssrf_guard import NOT_PUBLIC_V4, NOT_PUBLIC_V6, is_public_unicast
from tests.rows import over_rows
from tests.scrapers.http.hostile_addresses import INSIDE, ZONED

Address = IPv4Address | IPv6Address

NO_ADDRESSES = ["not an address", "", "1.2.3", "127.1", "0177.0.0.1", "2130706433", "127.0.0.1."]
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
# Where we call public what the standard library does not call global, and why. The address that
# such a one carries is judged in its place.
JUDGED_OTHERWISE = {
    IPv6Network("::ffff:0:0/96"): "the kernel sends these as IPv4, and public ones are websites",
    IPv6Network("64:ff9b::/96"): "where only IPv6 is spoken, every IPv4 website is found here",
}


def near(block: IPv4Network | IPv6Network) -> st.SearchStrategy[Address]:
    """Draw from a block, its edges and its neighbors: where a table is wrong by one."""
    kind = IPv4Address if block.version == 4 else IPv6Address
    first, last = int(block[0]), int(block[-1])
    most = 2**block.max_prefixlen - 1
    edges = st.sampled_from([max(first - 1, 0), first, last, min(last + 1, most)])
    return st.one_of(edges, st.integers(first, last)).map(kind)


ADDRESSES = st.one_of(
    st.ip_addresses(v=4),
    st.ip_addresses(v=6),
    st.sampled_from([*NOT_PUBLIC_V4, *NOT_PUBLIC_V6, *JUDGED_OTHERWISE]).flatmap(near),
    st.ip_addresses(v=4).map(lambda carried: IPv6Address(f"::ffff:{carried}")),
    st.ip_addresses(v=4).map(lambda carried: IPv6Address(f"64:ff9b::{carried}")),
)


def carried(ip: Address) -> Address:
    if any(ip in block for block in JUDGED_OTHERWISE):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


@over_rows("ip", [*INSIDE.values(), *ZONED.values(), *NO_ADDRESSES])
def test_an_address_that_is_not_on_the_public_internet_is_refused(ip: str) -> None:
    assert not is_public_unicast(ip)


@over_rows("ip", OUTSIDE)
def test_an_address_on_the_public_internet_is_let_through(ip: str) -> None:
    assert is_public_unicast(ip)


@given(ADDRESSES)
@example(IPv4Address("192.88.99.1"))
@example(IPv6Address("2001:4:112::1"))
def test_what_is_public_is_global_to_the_standard_library_too(ip: Address) -> None:
    assert carried(ip).is_global or not is_public_unicast(str(ip))


@given(ADDRESSES)
@example(IPv4Address("224.0.1.1"))
@example(IPv6Address("ff0e::1"))
@example(IPv6Address("fec0::1"))
def test_what_is_public_is_one_machine_that_anyone_may_own(ip: Address) -> None:
    meant = carried(ip)
    special = (
        meant.is_multicast
        or meant.is_reserved
        or meant.is_loopback
        or meant.is_link_local
        or meant.is_unspecified
        or (isinstance(meant, IPv6Address) and meant.is_site_local)
    )
    assert not (special and is_public_unicast(str(ip)))


@given(ADDRESSES)
def test_an_address_is_judged_alike_however_it_is_written(ip: Address) -> None:
    assert is_public_unicast(ip.exploded) is is_public_unicast(ip.compressed)


@over_rows("block", [*NOT_PUBLIC_V4, *NOT_PUBLIC_V6], ids=str)
def test_every_block_of_the_table_is_refused_from_end_to_end(
    block: IPv4Network | IPv6Network,
) -> None:
    assert not is_public_unicast(str(block[0]))
    assert not is_public_unicast(str(block[-1]))


@over_rows("ip", [ip for ip in INSIDE.values() if "." in ip and ":" not in ip])
@over_rows("prefix", ["::ffff:", "64:ff9b::", "::ffff:0:", "::", "2002:a::"])
def test_an_inside_address_is_not_let_out_within_another(prefix: str, ip: str) -> None:
    assert not is_public_unicast(f"{prefix}{ip}")


def test_the_table_of_addresses_is_one_of_addresses() -> None:
    assert all(ip_address(ip) for ip in INSIDE.values())
