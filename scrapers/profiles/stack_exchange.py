"""Stack Exchange: the members of one of its sites, by name."""

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, ApiMethod, ApiMethods, DenialRule, ProfileApi
from scrapers.source import COMMON_NAME, ApiKeySpec, RequestQuota, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Stack Exchange",
    asks="a name among the display names of a site's members, and the number of an account",
    discloses="the name, to Stack Exchange",
    sees="display name, website, picture, date and reputation of every member of the site",
    cannot_see="what members write about themselves, and members of sites that are not configured",
    provenance="the Stack Exchange API's documentation, version 2.3",
    terms=TermsOfService(url="https://stackoverflow.com/legal/api-terms-of-use"),
    api_key=ApiKeySpec(name="stack-exchange-key", param="key", required=False),
)

MEMBER = AccountShape(
    id="user_id",
    url="link",
    name="display_name",
    required_texts=frozenset({"name"}),
    location="location",
    picture="profile_image",
    created_at="creation_date",
    state="user_type",
    closed_states=frozenset({"does_not_exist"}),
    links=("website_url",),
    counts=(("reputation", "reputation"),),
    markup=frozenset({"name"}),
)

# What strangers may ask on one day; with a key it is 10,000.
KEYLESS_QUOTA = RequestQuota(daily=300)

METHODS = ApiMethods(
    by_id=ApiMethod(path="/2.3/users/{term}", rows="items", shape=MEMBER),
    by_name=ApiMethod(
        path="/2.3/users",
        params=(("inname", "{term}"), ("pagesize", "50"), ("order", "desc"), ("sort", "creation")),
        rows="items",
        more="has_more",
        shape=MEMBER,
    ),
    denials=(
        DenialRule(status=400, path="error_name", phrase="throttle", outcome=Outcome.LIMITED),
        DenialRule(status=502, path="error_name", phrase="throttle", outcome=Outcome.LIMITED),
        DenialRule(status=503, path="error_name", phrase="throttle", outcome=Outcome.LIMITED),
        DenialRule(
            status=400,
            path="error_message",
            phrase="key",
            outcome=Outcome.BLOCKED,
            note="key-refused",
        ),
    ),
)

# Its own store, and those that members bring their pictures from.
PICTURE_ORIGINS = (
    "https://i.sstatic.net",
    "https://www.gravatar.com",
    "https://lh3.googleusercontent.com",
)


def build_stack_exchange_source(site: str) -> ProfileApi:
    """Return a source for the site that the API knows by this name."""
    return ProfileApi(
        base_url="https://api.stackexchange.com",
        pictures=PICTURE_ORIGINS,
        name=f"{site}-api",
        platform=site,
        info=SOURCE_INFO,
        methods=METHODS,
        fixed_params=(("site", site),),
        # The network's own account, which every site has.
        known_account="-1",
        known_name=COMMON_NAME,
        backs_off=True,
        quota=KEYLESS_QUOTA,
    )


STACK_OVERFLOW = build_stack_exchange_source("stackoverflow")
