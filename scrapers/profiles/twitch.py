"""Twitch: channels, by the Helix API and the token of an application."""

from scrapers.models import Outcome
from scrapers.profile_api import AccountShape, ApiMethod, ApiMethods, DenialRule, ProfileApi
from scrapers.source import ApiKeySpec, AppTokenSpec, SecretPlace, SourceInfo, TermsOfService

SOURCE_INFO = SourceInfo(
    title="Twitch",
    asks="the handle or the id of a channel",
    discloses="the handle, to Twitch",
    sees="display name, handle, description, picture and date of every channel",
    cannot_see="streams, chat and followers, channels by name, and channels that Twitch has closed",
    provenance="the reference of Twitch's Helix API",
    terms=TermsOfService(url="https://legal.twitch.com/legal/developer-agreement/"),
    api_key=ApiKeySpec(
        name="twitch-app",
        header="authorization",
        prefix="Bearer ",
        app_token=AppTokenSpec(
            url="https://id.twitch.tv/oauth2/token",
            secret_in=SecretPlace.BODY,
            id_header="client-id",
        ),
    ),
)

CHANNEL = AccountShape(
    id="id",
    handle="login",
    shown_at="https://www.twitch.tv/{handle}",
    name="display_name",
    required_texts=frozenset({"name"}),
    bio="description",
    picture="profile_image_url",
    created_at="created_at",
)

METHODS = ApiMethods(
    by_handle=ApiMethod(
        path="/helix/users", params=(("login", "{term}"),), rows="data", shape=CHANNEL
    ),
    by_id=ApiMethod(path="/helix/users", params=(("id", "{term}"),), rows="data", shape=CHANNEL),
    denials=(
        DenialRule(status=401, path="message", outcome=Outcome.BLOCKED, note="own-token-refused"),
    ),
)

# 800 requests a minute.
TWITCH = ProfileApi(
    base_url="https://api.twitch.tv",
    pictures=("https://static-cdn.jtvnw.net",),
    name="twitch-api",
    platform="twitch",
    info=SOURCE_INFO,
    methods=METHODS,
    handle_pattern=r"[a-z\d]\w{3,24}",
    known_account="@twitch",
)
