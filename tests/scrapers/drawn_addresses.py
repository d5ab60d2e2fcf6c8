"""Addresses by lot: of platforms, redirectors and sites, as people and engines spell them."""

from random import Random

from scrapers.urls.platforms import PLATFORMS

HOSTS = [
    *(host for platform in PLATFORMS for host in platform.hosts),
    "alpha.example",
    "bücher.example",
]
REDIRECTORS = """
    google.com l.facebook.com duckduckgo.com bing.com href.li r.search.yahoo.com
    a-b.translate.goog a.cdn.ampproject.org
"""
PATHS = """
    / /@JaneDoe /jane.doe /in/Jané-Doe /user /u/ /12345678901 /status/9 /profile /profile.php
    /people/Jane /c/ /s/ /.. // /%2e /%C3%89 /amp /index.html /l /url /videos /did:plc:ab12
    /RU=https%3a%2f%2fx.com%2fjane/RK=2 /@jane@mas.to ;jsessionid=1 /e%CC%81 /% /watch /add/ /_u/
"""
PAIRS = """
    id=123456 v=AbC-dEf_123 utm_source=x q=Jane+Doe q=https://x.com/Jane list=P a = b=%25
    u=https%3A%2F%2Finstagram.com%2FJane%2F url=//t.me/s/jane screen_name=J next=%2Fjane ref=nav
    user_id=42 sid=0123456789abcdef continue=http://a.example
"""
ENDS = ["", "", "/", "#top", "#!/jane", "#/people/7/", "#!", " ", "#:~:text=x"]


def drawn_address(drawn: Random) -> str:
    host = drawn.choice([*HOSTS, *HOSTS, *REDIRECTORS.split()])
    prefix = drawn.choice(["", "", "www.", "m.", "de.", "jane.", "M.WWW."])
    path = "".join(drawn.choice(PATHS.split()) for _ in range(drawn.randrange(5)))
    query = "&".join(drawn.choice(PAIRS.split()) for _ in range(drawn.randrange(4)))
    address = drawn.choice(["https://", "http://", "//", ""]) + prefix + host + path
    return f"{address}?{query}{drawn.choice(ENDS)}" if query else address + drawn.choice(ENDS)
