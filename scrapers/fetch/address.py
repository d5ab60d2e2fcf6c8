"""Which addresses belong to the public internet."""

from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

# What is not globally routable unicast, by the IANA special-purpose registries. Whole blocks,
# also where a single address in them is global (192.0.0.9): no website lives there.
NOT_PUBLIC_V4 = tuple(
    map(
        IPv4Network,
        (
            "0.0.0.0/8",  # this network
            "10.0.0.0/8",  # private
            "100.64.0.0/10",  # carrier-grade NAT; some clouds keep their metadata here
            "127.0.0.0/8",  # loopback
            "168.63.129.16/32",  # Azure's wire server: inside every Azure machine, public by number
            "169.254.0.0/16",  # link-local, cloud metadata
            "172.16.0.0/12",  # private
            "192.0.0.0/24",  # protocol assignments; 192.0.0.192 is a cloud's metadata
            "192.0.2.0/24",  # documentation
            "192.31.196.0/24",  # AS112
            "192.52.193.0/24",  # multicast tunnelling
            "192.88.99.0/24",  # 6to4 relays
            "192.168.0.0/16",  # private
            "192.175.48.0/24",  # AS112
            "198.18.0.0/15",  # benchmarks
            "198.51.100.0/24",  # documentation
            "203.0.113.0/24",  # documentation
            "224.0.0.0/4",  # multicast
            "240.0.0.0/4",  # reserved, broadcast
        ),
    )
)
# IPv6 hands out global unicast from this block alone, so everything else (loopback, mapped,
# compatible, site-local, unique local, segment routing, multicast) is refused by not being in it.
PUBLIC_V6 = IPv6Network("2000::/3")
NOT_PUBLIC_V6 = tuple(
    map(
        IPv6Network,
        (
            "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
            "2001:db8::/32",  # documentation
            "2002::/16",  # 6to4: a tunnel to any IPv4 address
            "2620:4f:8000::/48",  # AS112
            "3fff::/20",  # documentation
        ),
    )
)
# Traffic to these ends at the IPv4 address in their last 32 bits, so that one is judged. The
# dead tunnels (6to4, Teredo, ISATAP, compatible) are refused whatever they carry.
CARRIES_V4 = (IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96"))
# Behind any prefix, an ISATAP host part tunnels to the IPv4 address in the last 32 bits.
ISATAP = (0x0000_5EFE, 0x0200_5EFE)


def public_unicast(ip: str) -> bool:
    """Tell whether `ip` is one machine on the public internet; a zone id or a typo is not."""
    try:
        address = ip_address(ip)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _public_v4(address)
    if address.scope_id is not None:
        return False
    if any(address in block for block in CARRIES_V4):
        return _public_v4(IPv4Address(int(address) & 0xFFFFFFFF))
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP:
        return False
    return address in PUBLIC_V6 and not any(address in block for block in NOT_PUBLIC_V6)


def _public_v4(address: IPv4Address) -> bool:
    return not any(address in block for block in NOT_PUBLIC_V4)


@lru_cache(maxsize=4_096)
def literal(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that `host` spells out, or None where it is a name."""
    try:
        return IPv6Address(host.strip("[]")) if ":" in host else IPv4Address(host)
    except AddressValueError:
        return None
