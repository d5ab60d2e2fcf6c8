"""GitHub: its REST API, as anyone may ask it."""

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, ApiMethod, ApiMethods, DenialRule, ProfileApi
from scrapers.source import COMMON_NAME, ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="GitHub",
    asks="a quoted name among the display names, and the handle of an account",
    discloses="the name or the handle, to GitHub",
    sees="display name, handle, bio, company, website, picture and counts of every account",
    cannot_see="accounts that GitHub has suspended, and what an account does there",
    provenance="GitHub's REST documentation, and recorded answers",
    terms=TermsOfService(
        url="https://docs.github.com/en/site-policy/github-terms/github-terms-of-service"
    ),
    api_key=ApiKeySpec(
        name="github-token", header="authorization", prefix="Bearer ", required=False
    ),
)

ACCOUNT = AccountShape(
    id="id",
    handle="login",
    url="html_url",
    name="name",
    bio="bio",
    location="location",
    picture="avatar_url",
    created_at="created_at",
    links=("blog",),
    counts=(("followers", "followers"), ("follows", "following"), ("repositories", "public_repos")),
)
SEARCH_HIT = AccountShape(id="id", handle="login", url="html_url", picture="avatar_url")
SLOWER = "slow-down"

METHODS = ApiMethods(
    by_handle=ApiMethod(path="/users/{term}", shape=ACCOUNT),
    by_id=ApiMethod(path="/user/{term}", shape=ACCOUNT),
    by_name=ApiMethod(
        path="/search/users",
        params=(("q", '"{term}" in:name'), ("per_page", "25")),
        rows="items",
        cut="incomplete_results",
        shape=SEARCH_HIT,
    ),
    denials=(
        DenialRule(status=404, path="message", phrase="not found", outcome=Outcome.ABSENT),
        # Its limits on bursts come as 403 as well as 429, and not always with a time to come back.
        DenialRule(status=403, path="message", phrase="rate limit", outcome=Outcome.LIMITED),
        DenialRule(
            status=403, path="message", phrase="abuse", outcome=Outcome.LIMITED, note=SLOWER
        ),
        DenialRule(
            status=401,
            path="message",
            phrase="bad credentials",
            outcome=Outcome.BLOCKED,
            note="token-refused",
        ),
    ),
)

# 60 requests an hour without a token, 5,000 with one.
GITHUB = ProfileApi(
    base_url="https://api.github.com",
    pictures=("https://avatars.githubusercontent.com",),
    name="github-api",
    platform="github",
    info=SOURCE_INFO,
    methods=METHODS,
    # A search tells handles alone, so the likeliest hits are looked at.
    hits_followed=3,
    last_page=1,
    names_asked=2,
    handle_pattern=r"[a-z\d](?:[a-z\d]|-(?=[a-z\d])){0,38}",
    known_account="@github",
    known_name=COMMON_NAME,
    headers=(("accept", "application/vnd.github+json"), ("x-github-api-version", "2022-11-28")),
    seconds_between=61.0,
)
