"""Gravatar: the profile that belongs to a mail address, asked for by the address's hash."""

from collections.abc import Iterator
from dataclasses import dataclass

from scrapers.models import Identity, Outcome, Query, QueryKind
from scrapers.profile_api import AccountShape, ApiMethod, ApiMethods, DenialRule, ProfileApi
from scrapers.source import ApiKeySpec, SourceFamily, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Gravatar",
    asks="the SHA-256 hash of the work email address",
    discloses="the hash, to Automattic: anyone who knows the address can tell that we asked",
    sees="the public profile of that address: name, bio, picture, and accounts it has verified",
    cannot_see="profiles of other addresses, and what the owner keeps hidden",
    provenance="Gravatar's REST documentation, version 3",
    terms=TermsOfService(url="https://gravatar.com/terms-of-service/"),
    api_key=ApiKeySpec(
        name="gravatar-key", header="authorization", prefix="Bearer ", required=False
    ),
)

ACCOUNT = AccountShape(
    url="profile_url",
    echo="hash",
    name="display_name",
    required_texts=frozenset({"name"}),
    bio="description",
    location="location",
    picture="avatar_url",
    created_at="registration_date",
    links=("verified_accounts", "links"),
)

METHODS = ApiMethods(
    by_handle=ApiMethod(path="/v3/profiles/{term}", shape=ACCOUNT),
    denials=(DenialRule(status=404, path="error", outcome=Outcome.ABSENT),),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gravatar(ProfileApi):
    """100 requests an hour without a key, 1,000 with one. It has no canary that is no one's own."""

    base_url: str = "https://api.gravatar.com"
    pictures: tuple[str, ...] = ("https://*.gravatar.com",)
    name: str = "gravatar-api"
    platform: str = "gravatar"
    info: SourceInfo = SOURCE_INFO
    methods: ApiMethods = METHODS
    family: SourceFamily = SourceFamily.MAIL_HASH
    handle_pattern: str = r"[\w-]{1,60}"
    seconds_between: float = 37.0

    def build_queries(self, identity: Identity) -> Iterator[Query]:
        """Ask for the hash alone: handles and names are another consent's business."""
        if self.methods.by_handle and identity.mail_hash:
            yield self._build_query(
                QueryKind.PROFILE, self.methods.by_handle, identity.mail_hash, identity.person_id
            )
