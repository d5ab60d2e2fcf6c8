"""Stack Exchange: the members of one of its sites, by name."""

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, Ask, Denial, Methods, ProfileApi
from scrapers.source import Budget, Declaration, Key, Terms

DECLARATION = Declaration(
    title="Stack Exchange",
    asks="a name among the display names of a site's members, and the number of an account",
    discloses="the name, to Stack Exchange",
    sees="display name, website, picture, date and reputation of every member of the site",
    cannot_see="what members say of themselves, and members of sites that are not configured",
    provenance="the Stack Exchange API's documentation, version 2.3",
    terms=Terms(url="https://stackoverflow.com/legal/api-terms-of-use"),
    key=Key(name="stack-exchange-key", param="key", required=False),
)

MEMBER = AccountShape(
    id="user_id",
    url="link",
    name="display_name",
    always=frozenset({"name"}),
    location="location",
    picture="profile_image",
    created="creation_date",
    state="user_type",
    gone=frozenset({"does_not_exist"}),
    links=("website_url",),
    counts=(("reputation", "reputation"),),
    markup=frozenset({"name"}),
)

# What strangers may ask on one day; with a key it is 10,000.
KEYLESS = Budget(daily=300)

METHODS = Methods(
    by_id=Ask(path="/2.3/users/{term}", rows="items", shape=MEMBER),
    by_name=Ask(
        path="/2.3/users",
        params=(("inname", "{term}"), ("pagesize", "50"), ("order", "desc"), ("sort", "creation")),
        rows="items",
        more="has_more",
        shape=MEMBER,
    ),
    denials=(
        Denial(status=400, where="error_name", says="throttle", outcome=Outcome.LIMITED),
        Denial(status=502, where="error_name", says="throttle", outcome=Outcome.LIMITED),
        Denial(status=503, where="error_name", says="throttle", outcome=Outcome.LIMITED),
        Denial(
            status=400,
            where="error_message",
            says="key",
            outcome=Outcome.BLOCKED,
            note="it does not accept the key it was given",
        ),
    ),
)

# Its own store, and those that members bring their pictures from.
PICTURES = (
    "https://i.sstatic.net",
    "https://www.gravatar.com",
    "https://lh3.googleusercontent.com",
)


def stack_exchange(site: str) -> ProfileApi:
    """Return a source for the site that the API knows by this name."""
    return ProfileApi(
        base_url="https://api.stackexchange.com",
        pictures=PICTURES,
        name=f"{site}-api",
        platform=site,
        declaration=DECLARATION,
        methods=METHODS,
        always=(("site", site),),
        # The network's own account, which every site has.
        known="-1",
        backs_off=True,
        budget=KEYLESS,
    )


STACK_OVERFLOW = stack_exchange("stackoverflow")
