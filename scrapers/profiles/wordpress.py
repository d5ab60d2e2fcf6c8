"""The authors of one WordPress site, as its REST interface lists them to anyone."""

from dataclasses import dataclass

from scrapers.models import Outcome
from scrapers.profile_api import (
    WHOLE_ANSWER,
    AccountShape,
    ApiMethod,
    ApiMethods,
    DenialRule,
    ProfileApi,
)
from scrapers.source import SourceInfo, TermsOfService
from scrapers.urls.canonical import get_bare_host

SOURCE_INFO = SourceInfo(
    title="Authors of a WordPress site",
    asks="a name among the authors of the site, and the short name of one",
    discloses="the name, to the operator of the site",
    sees="display name, short name, website, biography and picture of those who published there",
    cannot_see="members who published nothing, and sites whose owner has switched the list off",
    provenance="WordPress's REST handbook, and a WordPress 6.8 run on loopback",
    terms=TermsOfService(url="https://developer.wordpress.org/rest-api/reference/users/"),
)

AUTHOR = AccountShape(
    id="id",
    handle="slug",
    url="link",
    name="name",
    required_texts=frozenset({"name"}),
    bio="description",
    picture="avatar_urls.96",
    links=("url",),
    markup=frozenset({"name", "bio"}),
)
# This way works whatever the site's addresses look like.
USERS_PARAM = ("rest_route", "/wp/v2/users")
SWITCHED_OFF = "authors-to-members"

METHODS = ApiMethods(
    by_handle=ApiMethod(
        path="/", params=(USERS_PARAM, ("slug", "{term}")), rows=WHOLE_ANSWER, shape=AUTHOR
    ),
    by_name=ApiMethod(
        path="/",
        params=(USERS_PARAM, ("search", "{term}"), ("per_page", "100")),
        rows=WHOLE_ANSWER,
        pages="x-wp-totalpages",
        shape=AUTHOR,
    ),
    denials=(
        DenialRule(status=401, path="code", outcome=Outcome.BLOCKED, note=SWITCHED_OFF),
        DenialRule(status=403, path="code", outcome=Outcome.BLOCKED, note=SWITCHED_OFF),
        DenialRule(
            status=404,
            path="code",
            phrase="rest_no_route",
            outcome=Outcome.BLOCKED,
            note="authors-off",
        ),
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPress(ProfileApi):
    """`base_url` is where the site begins. An author is known by the site's host and a number."""

    base_url: str
    pictures: tuple[str, ...] = ("https://secure.gravatar.com",)
    name: str = "wordpress-authors"
    platform: str = ""
    info: SourceInfo = SOURCE_INFO
    methods: ApiMethods = METHODS
    # Authors are few, and found by name: no need to guess.
    handles_asked: int = 0
    last_page: int = 5

    def __post_init__(self) -> None:
        host = get_bare_host(self.base_url)
        object.__setattr__(self, "platform", self.platform or host)
