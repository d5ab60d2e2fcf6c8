"""GitLab: gitlab.com, or another instance, asked for one handle at a time."""

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

SOURCE_INFO = SourceInfo(
    title="GitLab",
    asks="the handle of an account",
    discloses="the handle, to GitLab",
    sees="display name, handle, picture and whether the site has blocked the account",
    cannot_see="bio and links, and accounts by name: both are for members only",
    provenance="GitLab's REST documentation and the schema of its answers",
    terms=TermsOfService(url="https://about.gitlab.com/terms/"),
)

ACCOUNT = AccountShape(
    id="id",
    handle="username",
    url="web_url",
    name="name",
    required_texts=frozenset({"name"}),
    picture="avatar_url",
    state="state",
    # One that is only "deactivated" has not been used for long, and is shown as before.
    closed_states=frozenset({"banned", "blocked", "blocked_pending_approval", "ldap_blocked"}),
)

METHODS = ApiMethods(
    by_handle=ApiMethod(
        path="/api/v4/users", params=(("username", "{term}"),), rows=WHOLE_ANSWER, shape=ACCOUNT
    ),
    denials=(
        DenialRule(status=403, path="message", outcome=Outcome.BLOCKED, note="members-to-members"),
    ),
)

GITLAB = ProfileApi(
    base_url="https://gitlab.com",
    pictures=("https://secure.gravatar.com",),
    name="gitlab-api",
    platform="gitlab",
    info=SOURCE_INFO,
    methods=METHODS,
    handle_pattern=r"[a-z\d_](?:[\w.-]{0,252}[\w-])?",
    known_account="@gitlab-bot",
)
