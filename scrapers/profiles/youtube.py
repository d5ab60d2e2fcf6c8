"""YouTube: channels, by the Data API and a free key."""

from datetime import timedelta

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, Ask, Denial, Methods, ProfileApi
from scrapers.source import Declaration, Key, Terms

DECLARATION = Declaration(
    title="YouTube",
    asks="a name among channels, and the handle or the id of a channel",
    discloses="the name or the handle, to Google",
    sees="title, handle, description, picture, date and counts of every channel",
    cannot_see="videos and comments, and channels that YouTube has closed",
    provenance="the YouTube Data API's documentation, and recorded answers",
    terms=Terms(url="https://developers.google.com/youtube/terms/developer-policies"),
    # Its developer policies want what was fetched to be fetched anew or deleted within 30 days.
    retain_text_for=timedelta(days=30),
    key=Key(name="youtube-key", header="x-goog-api-key"),
)

CHANNEL = AccountShape(
    id="id",
    handle="snippet.customUrl",
    handle_optional=True,
    shown_at="https://www.youtube.com/channel/{id}",
    name="snippet.title",
    bio="snippet.description",
    picture="snippet.thumbnails.default.url",
    created="snippet.publishedAt",
    counts=(
        ("subscribers", "statistics.subscriberCount"),
        ("videos", "statistics.videoCount"),
    ),
    always=frozenset({"name"}),
)
HIT = AccountShape(
    id="id.channelId",
    shown_at="https://www.youtube.com/channel/{id}",
    name="snippet.title",
    bio="snippet.description",
    picture="snippet.thumbnails.default.url",
    created="snippet.publishedAt",
    markup=frozenset({"name", "bio"}),
    always=frozenset({"name"}),
)
PART = ("part", "snippet,statistics")
# Its quotas begin anew at midnight on the Pacific coast.
PACIFIC = "America/Los_Angeles"
NO_KEY = "it does not accept the key it was given"

METHODS = Methods(
    by_handle=Ask(
        path="/youtube/v3/channels",
        params=(PART, ("forHandle", "@{term}")),
        rows="items",
        none_if_zero="pageInfo.totalResults",
        shape=CHANNEL,
    ),
    by_id=Ask(
        path="/youtube/v3/channels",
        params=(PART, ("id", "{term}")),
        rows="items",
        none_if_zero="pageInfo.totalResults",
        shape=CHANNEL,
    ),
    by_name=Ask(
        path="/youtube/v3/search",
        params=(("part", "snippet"), ("type", "channel"), ("maxResults", "25"), ("q", "{term}")),
        rows="items",
        shape=HIT,
    ),
    denials=(
        Denial(
            status=400,
            where="error.message",
            says="api key",
            outcome=Outcome.BLOCKED,
            note=NO_KEY,
        ),
        Denial(status=403, where="error.message", says="per minute", outcome=Outcome.LIMITED),
        Denial(
            status=403,
            where="error.message",
            says="quota",
            outcome=Outcome.LIMITED,
            note="its quota for the day is used up",
            renewed_in=PACIFIC,
        ),
        Denial(status=403, where="error.message", says="rate limit", outcome=Outcome.LIMITED),
        Denial(status=403, where="error.message", outcome=Outcome.BLOCKED, note=NO_KEY),
    ),
)

# 10,000 look-ups a day are free, and 100 searches: so one name of a person is searched for.
YOUTUBE = ProfileApi(
    base_url="https://www.googleapis.com",
    pictures=("https://yt3.ggpht.com",),
    name="youtube-api",
    platform="youtube",
    declaration=DECLARATION,
    methods=METHODS,
    names_asked=1,
    last_page=1,
    admits=r"\w[\w.·-]{2,29}",
    known="@YouTube",
)
