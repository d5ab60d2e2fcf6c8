import re

from scrapers.urls.canonical import canonicalize_url
from scrapers.urls.platforms import PLATFORMS, PLATFORMS_BY_HOST, Platform, ProfileShape
from tests.rows import over_rows

NAMED = ("janedoe", "12345678901234567", "0000-0002-1825-0097", "12345@n01", "c/janedoe")
NAMED += ("did:plc:ab12", "AbCdEfGhIjKl")

platforms = over_rows("platform", PLATFORMS, ids=lambda platform: platform.name)


def shapes(platform: Platform) -> list[ProfileShape]:
    return [entry for entry in (platform.id, platform.legacy, platform.handle) if entry]


def test_no_host_belongs_to_two_platforms() -> None:
    assert len(PLATFORMS_BY_HOST) == sum(len(platform.hosts) for platform in PLATFORMS)


@platforms
def test_the_home_of_a_profile_is_its_own_key(platform: Platform) -> None:
    for shape in shapes(platform):
        named = NAMED if shape is platform.id else [word for word in NAMED if word.islower()]
        homes = [shape.home.format(word) for word in named if fits(shape, word)]
        assert homes
        for home in homes:
            address = f"https://{platform.hosts[0]}{home}"
            assert canonicalize_url(address) == address


@platforms
def test_a_shape_catches_one_thing_and_a_rewrite_settles(platform: Platform) -> None:
    assert all(re.compile(shape.pattern).groups == 1 for shape in shapes(platform))
    assert all(re.compile(rewrite.pattern) for rewrite in platform.rewrites)
    assert all(host == host.lower() for host in platform.hosts)


def fits(shape: ProfileShape, named: str) -> bool:
    match = re.fullmatch(shape.pattern, shape.home.format(named), re.IGNORECASE)
    return match is not None and match[1] == named
