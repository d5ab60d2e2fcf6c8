"""YouTube: channels, by the Data API and a free key."""

from datetime import timedelta

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, ApiMethod, ApiMethods, DenialRule, ProfileApi
from scrapers.source import COMMON_NAME, ApiKeySpec, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="YouTube",
    asks="a name among channels, and the handle or the id of a channel",
    discloses="the name or the handle, to Google",
    sees="title, handle, description, picture, date and counts of every channel",
    cannot_see="videos and comments, and channels that YouTube has closed",
    provenance="the YouTube Data API's documentation, and recorded answers",
    terms=TermsOfService(url="https://developers.google.com/youtube/terms/developer-policies"),
    # Its developer policies want what was fetched to be fetched again or deleted within 30 days.
    retain_text_for=timedelta(days=30),
    api_key=ApiKeySpec(name="youtube-key", header="x-goog-api-key"),
)

CHANNEL = AccountShape(
    id="id",
    handle="snippet.customUrl",
    handle_optional=True,
    shown_at="https://www.youtube.com/channel/{id}",
    name="snippet.title",
    bio="snippet.description",
    picture="snippet.thumbnails.default.url",
    created_at="snippet.publishedAt",
    counts=(("subscribers", "statistics.subscriberCount"), ("videos", "statistics.videoCount")),
    required_texts=frozenset({"name"}),
)
SEARCH_HIT = AccountShape(
    id="id.channelId",
    shown_at="https://www.youtube.com/channel/{id}",
    name="snippet.title",
    bio="snippet.description",
    picture="snippet.thumbnails.default.url",
    created_at="snippet.publishedAt",
    markup=frozenset({"name", "bio"}),
    required_texts=frozenset({"name"}),
)
PART_PARAM = ("part", "snippet,statistics")
# Its quotas begin again at midnight on the Pacific coast.
PACIFIC = "America/Los_Angeles"
NO_KEY = "key-refused"

METHODS = ApiMethods(
    by_handle=ApiMethod(
        path="/youtube/v3/channels",
        params=(PART_PARAM, ("forHandle", "@{term}")),
        rows="items",
        none_if_zero="pageInfo.totalResults",
        shape=CHANNEL,
    ),
    by_id=ApiMethod(
        path="/youtube/v3/channels",
        params=(PART_PARAM, ("id", "{term}")),
        rows="items",
        none_if_zero="pageInfo.totalResults",
        shape=CHANNEL,
    ),
    by_name=ApiMethod(
        path="/youtube/v3/search",
        params=(("part", "snippet"), ("type", "channel"), ("maxResults", "25"), ("q", "{term}")),
        rows="items",
        shape=SEARCH_HIT,
    ),
    denials=(
        DenialRule(
            status=400, path="error.message", phrase="api key", outcome=Outcome.BLOCKED, note=NO_KEY
        ),
        DenialRule(status=403, path="error.message", phrase="per minute", outcome=Outcome.LIMITED),
        DenialRule(
            status=403,
            path="error.message",
            phrase="quota",
            outcome=Outcome.LIMITED,
            note="daily-quota-used-up",
            quota_zone=PACIFIC,
        ),
        DenialRule(status=403, path="error.message", phrase="rate limit", outcome=Outcome.LIMITED),
        DenialRule(status=403, path="error.message", outcome=Outcome.BLOCKED, note=NO_KEY),
    ),
)

# 10,000 look-ups a day are free, and 100 searches: so one name of a person is searched for.
YOUTUBE = ProfileApi(
    base_url="https://www.googleapis.com",
    pictures=("https://yt3.ggpht.com",),
    name="youtube-api",
    platform="youtube",
    info=SOURCE_INFO,
    methods=METHODS,
    names_asked=1,
    last_page=1,
    handle_pattern=r"\w[\w.·-]{2,29}",
    known_account="@YouTube",
    known_name=COMMON_NAME,
)
