"""One table of addresses that lead inside, and of the names behind which they hide.

From the IANA registries, from what clouds keep at fixed addresses, and from the published faults
of other programs' guards up to the autumn of 2026.
"""

PUBLIC = "93.184.215.14"
OTHER_PUBLIC = "93.184.215.15"

# Each is served as the answer to a name, and asked for as it stands.
INSIDE = {
    "this network": "0.0.0.0",  # noqa: S104 - an address to refuse, not to bind
    "this network, elsewhere": "0.1.2.3",
    "private 10": "10.0.0.1",
    "carrier-grade NAT": "100.64.0.1",
    "Alibaba's metadata": "100.100.100.200",
    "loopback": "127.0.0.1",
    "loopback, elsewhere": "127.8.9.10",
    "loopback, last": "127.255.255.254",
    "Azure's wire server": "168.63.129.16",
    "metadata of most clouds": "169.254.169.254",
    "container credentials": "169.254.170.2",
    "private 172": "172.16.0.1",
    "private 172, last": "172.31.255.255",
    "protocol assignments": "192.0.0.1",
    "NAT64 discovery": "192.0.0.170",
    "Oracle's metadata": "192.0.0.192",
    "documentation 1": "192.0.2.1",
    "AS112": "192.175.48.1",
    "multicast tunnelling": "192.52.193.1",
    "6to4 relay": "192.88.99.1",
    "private 192": "192.168.1.1",
    "benchmarks": "198.18.0.1",
    "documentation 2": "198.51.100.7",
    "documentation 3": "203.0.113.7",
    "multicast, first": "224.0.0.1",
    "multicast, name service": "224.0.0.251",
    "multicast, discovery": "239.255.255.250",
    "reserved": "240.0.0.1",
    "broadcast": "255.255.255.255",
    "v6 unspecified": "::",
    "v6 loopback": "::1",
    "compatible loopback": "::127.0.0.1",
    "compatible metadata": "::a9fe:a9fe",
    "compatible public": "::8.8.8.8",
    "mapped loopback": "::ffff:127.0.0.1",
    "mapped private": "::ffff:10.0.0.1",
    "mapped metadata": "::ffff:a9fe:a9fe",
    "mapped wire server": "::ffff:168.63.129.16",
    "mapped, written out": "0:0:0:0:0:ffff:7f00:1",
    "translated loopback": "::ffff:0:127.0.0.1",
    "translated metadata": "::ffff:0:a9fe:a9fe",
    "NAT64 loopback": "64:ff9b::127.0.0.1",
    "NAT64 metadata": "64:ff9b::a9fe:a9fe",
    "NAT64 carrier": "64:ff9b::100.64.0.1",
    "NAT64 of one's own": "64:ff9b:1::a9fe:a9fe",
    "NAT64 of one's own, last": "64:ff9b:1:ffff:ffff:ffff:ffff:ffff",
    "discard": "100::1",
    "dummy prefix": "100:0:0:1::1",
    "Teredo": "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "Teredo to loopback": "2001::80ff:fffe",
    "v6 benchmarks": "2001:2::1",
    "AMT": "2001:3::1",
    "ORCHID": "2001:10::1",
    "ORCHID 2": "2001:20::1",
    "drone identifiers": "2001:30::1",
    "v6 documentation": "2001:db8::1",
    "6to4 loopback": "2002:7f00:1::",
    "6to4 metadata": "2002:a9fe:a9fe::1",
    "6to4 private": "2002:c0a8:101::1",
    "v6 AS112": "2620:4f:8000::1",
    "v6 documentation, new": "3fff::1",
    "segment routing": "5f00::1",
    "unassigned": "4000::1",
    "unique local": "fc00::1",
    "Amazon's v6 metadata": "fd00:ec2::254",
    "Google's v6 metadata": "fd20:ce::254",
    "link-local": "fe80::1",
    "site-local": "fec0::1",
    "site-local, last": "feff::1",
    "ISATAP metadata": "2606:4700::5efe:a9fe:a9fe",
    "ISATAP private": "2606:4700::200:5efe:10.0.0.1",
    "v6 multicast": "ff02::fb",
    "v6 multicast, global": "ff0e::1",
}

# With a zone an address means another machine on each machine, and in each parser.
ZONED = {
    "link-local in a zone": "fe80::1%2",
    "link-local in a named zone": "fe80::1%eth0",
    "public in a zone": "2606:4700::1111%eth0",
    "loopback in a zone": "::1%lo",
}

MIXED = {
    "public, then private": (PUBLIC, "10.0.0.1"),
    "private, then public": ("10.0.0.1", PUBLIC),
    "public, then v6 loopback": (PUBLIC, "::1"),
    "public, then mapped": (PUBLIC, "::ffff:169.254.169.254"),
    "one among a thousand": (*[PUBLIC] * 1_000, "127.0.0.1"),
}

# What nobody's host part is: the guard and a parser, or two parsers, would read it differently.
SPELLINGS = {
    "decimal": "http://2130706433/",
    "decimal metadata": "http://2852039166/",
    "hexadecimal": "http://0x7f000001/",
    "hexadecimal, large": "http://0X7F000001/",
    "hexadecimal parts": "http://0x7f.0x0.0x0.0x1/",
    "octal": "http://017700000001/",
    "octal part": "http://0177.0.0.1/",
    "padded": "http://127.000.000.001/",
    "short": "http://127.1/",
    "shorter": "http://0/",
    "overflow": "http://4294967297/",
    "overflowing part": "http://127.0.0.257/",
    "five parts": "http://1.2.3.4.5/",
    "dot behind": "http://127.0.0.1./",
    "dots behind": "http://127.0.0.1../",
    "decimal, dots behind": "http://2130706433../",
    "circled digits": "http://①②⑦.⓪.⓪.①/",
    "full-width digits": "http://１２７.0.0.1/",  # noqa: RUF001 - that they are, is the case
    "Arabic digits": "http://١٢٧.٠.٠.١/",  # noqa: RUF001 - likewise
    "ideographic full stops": "http://169。254。169。254/",
    "half-width full stops": "http://127｡0｡0｡1/",
    "percent-coded digits": "http://%31%32%37.0.0.1/",
    "percent-coded name": "http://%6c%6f%63%61%6c%68%6f%73%74/",
    "coded twice": "http://%2531%2532%2537.0.0.1/",
    "zero byte": "http://127.0.0.1%00.site.example/",
    "soft hyphen": "http://local\xadhost/",
    "zero-width space": "http://local\u200bhost/",
    "circled letters": "http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/",
    "no label": "http://./",
    "empty label": "http://localhost..example/",
    "zone, coded": "http://[fe80::1%25lo]/",
    "zone, bare": "http://[fe80::1%lo]/",
    "zone, public": "http://[2606:4700::1111%25eth0]/",
    "future version": "http://[v1.fe80::a]/",
    "open bracket": "http://[::1/",
    "bracket and name": "http://[::1].site.example/",
    "backslash": f"http://127.0.0.1\\@{PUBLIC}/",
    "backslash before": f"http://{PUBLIC}\\@127.0.0.1/",
    "user": f"http://{PUBLIC}@127.0.0.1/",
    "user and key": f"http://{PUBLIC}:80@127.0.0.1:80/",
    "two users": f"http://a@{PUBLIC}@127.0.0.1/",
    "empty user": "http://@127.0.0.1/",
    "slash in a user": f"http://127.0.0.1%2f@{PUBLIC}/",
    "space": f"http://127.0.0.1 @{PUBLIC}/",
    "space behind": f"http://{PUBLIC} .127.0.0.1/",
    "tab": "http://127.0.\t0.1/",
    "newline": "http://127.0.0.1\n/",
    "header in a path": f"http://{PUBLIC}/ HTTP/1.1\r\nHost: inside",
    "fragment": f"http://127.0.0.1#@{PUBLIC}/",
    "query": f"http://127.0.0.1?@{PUBLIC}/",
    "no slashes": "http:127.0.0.1/",
    "one slash": "http:/127.0.0.1/",
    "three slashes": "http:///127.0.0.1/",
    "port of ssh": f"http://{PUBLIC}:22/",
    "port of mail": f"http://{PUBLIC}:25/",
    "port of redis": f"http://{PUBLIC}:6379/",
    "port of another service": f"http://{PUBLIC}:8080/",
    "port of nothing": f"http://{PUBLIC}:0/",
    "port beyond": f"http://{PUBLIC}:65616/",
    "file": "file:///etc/passwd",
    "file elsewhere": "file://127.0.0.1/etc/passwd",
    "ftp": "ftp://127.0.0.1/",
    "gopher": "gopher://127.0.0.1:25/_HELO",
    "dict": "dict://127.0.0.1:6379/info",
    "unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/info",
    "script": "javascript:alert(1)",
    "data": "data:text/html,hello",
    "too long": "http://127.0.0.1/" + "a" * 2_048,
}

# Public names of services that answer with the address written in the name, and names that a
# machine's own hosts file or search list answers.
NAMED_AFTER = {
    "127.0.0.1.nip.example": "127.0.0.1",
    "127-0-0-1.sslip.example": "127.0.0.1",
    "7f000001.c0a80001.rbndr.example": "192.168.0.1",
    "--1.sslip.example": "::1",
    "localhost": "127.0.0.1",
    "localhost.": "127.0.0.1",
    "localhost6": "::1",
    "ip6-allnodes": "ff02::1",
    "metadata.google.internal": "169.254.169.254",
    "kubernetes.default.svc": "10.96.0.1",
    "host.docker.internal": "192.168.65.254",
    "intranet": "10.1.1.1",
    "xn--lcalhost-54a.example": "127.0.0.1",
}


def _bracketed(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _zone_of_names() -> dict[str, tuple[str, ...]]:
    alone = {**INSIDE, **ZONED}
    names = {f"{_dashed(case)}.inside.example": (ip,) for case, ip in alone.items()}
    names |= {f"{_dashed(case)}.inside.example": ips for case, ips in MIXED.items()}
    return names | {name.rstrip("."): (ip,) for name, ip in NAMED_AFTER.items()}


def _dashed(case: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in case.lower())


# What the name service answers, and every address that has to be refused.
ANSWERS = _zone_of_names()
LURES = {
    **{f"named: {name}": f"http://{name}/" for name in (*ANSWERS, "localhost.")},
    **{f"spelled: {case}": f"http://{_bracketed(ip)}/" for case, ip in INSIDE.items()},
    **{f"written: {case}": url for case, url in SPELLINGS.items()},
}
