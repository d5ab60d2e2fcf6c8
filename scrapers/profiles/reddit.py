"""Reddit: accounts, by its API and the token of an application that Reddit has approved."""

from collections.abc import Mapping
from dataclasses import dataclass

from scrapers.models import Outcome, Page, ParseResult, Query
from scrapers.parsers.block_detection import build_unreadable_result
from scrapers.parsers.json_fields import get_optional_flag, require_object, resolve_path
from scrapers.profile_api import (
    ACCOUNT_CLOSED,
    ANOTHER_ACCOUNT,
    AccountShape,
    ApiMethod,
    ApiMethods,
    DenialRule,
    ProfileApi,
    build_name_search_result,
)
from scrapers.source import (
    COMMON_NAME,
    ApiKeySpec,
    AppTokenSpec,
    SecretPlace,
    SourceInfo,
    TermsOfService,
)

SOURCE_INFO = SourceInfo(
    title="Reddit",
    asks="a name among accounts, and the handle of an account",
    discloses="the name or the handle, to Reddit",
    sees="handle, and the title, description, picture and date of a profile",
    cannot_see=(
        "posts and comments, accounts that Reddit has suspended, and those that ask not to be "
        "found by robots"
    ),
    provenance="Reddit's API documentation, and recorded answers",
    terms=TermsOfService(url="https://redditinc.com/policies/data-api-terms"),
    api_key=ApiKeySpec(
        name="reddit-app",
        header="authorization",
        prefix="Bearer ",
        app_token=AppTokenSpec(
            url="https://www.reddit.com/api/v1/access_token", secret_in=SecretPlace.HEADER
        ),
    ),
    notice=(
        "Reddit gives a key only to applications that it has approved, for use that is not "
        "commercial"
    ),
)

ACCOUNT = AccountShape(
    id="data.id",
    handle="data.name",
    shown_at="https://www.reddit.com/user/{handle}",
    name="data.subreddit.title",
    bio="data.subreddit.public_description",
    picture="data.icon_img",
    created_at="data.created_utc",
)
AS_WRITTEN = ("raw_json", "1")

METHODS = ApiMethods(
    by_handle=ApiMethod(path="/user/{term}/about", params=(AS_WRITTEN,), shape=ACCOUNT),
    by_name=ApiMethod(
        path="/users/search",
        params=(("q", "{term}"), ("limit", "25"), AS_WRITTEN),
        rows="data.children",
        shape=ACCOUNT,
    ),
    denials=(
        DenialRule(status=404, path="message", phrase="not found", outcome=Outcome.ABSENT),
        DenialRule(status=401, path="message", outcome=Outcome.BLOCKED, note="own-token-refused"),
    ),
)
ASKS_ROBOTS_AWAY = "account-declines-search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reddit(ProfileApi):
    """An application gets 100 requests a minute."""

    base_url: str = "https://oauth.reddit.com"
    pictures: tuple[str, ...] = ("https://styles.redditmedia.com", "https://www.redditstatic.com")
    name: str = "reddit-api"
    platform: str = "reddit"
    info: SourceInfo = SOURCE_INFO
    methods: ApiMethods = METHODS
    handle_pattern: str = r"[\w-]{3,20}"
    names_asked: int = 2
    last_page: int = 1
    known_account: str = "@reddit"
    known_name: str = COMMON_NAME

    def _parse_profile(self, term: str, answer: object) -> ParseResult:
        """Read an account; a suspended one shows its handle alone."""
        shown = require_object(answer, "an account")
        if ACCOUNT.extract_handle(shown).casefold() != term.casefold():
            return build_unreadable_result(ANOTHER_ACCOUNT)
        if _is_marked(shown, "is_suspended"):
            return ParseResult(outcome=Outcome.ABSENT, note=ACCOUNT_CLOSED)
        if _is_marked(shown, "hide_from_robots"):
            return ParseResult(outcome=Outcome.DECLINED, note=ASKS_ROBOTS_AWAY)
        trace = ACCOUNT.build_trace(self.platform, shown)
        return ParseResult(outcome=Outcome.FOUND, traces=(trace,))

    def _parse_search(
        self,
        query: Query,
        page: Page,  # noqa: ARG002 - one page of hits is all that is read
        method: ApiMethod,
        answer: object,
    ) -> ParseResult:
        rows = [
            row for row in method.extract_accounts(answer) if not _is_marked(row, "is_suspended")
        ]
        open_rows = [row for row in rows if not _is_marked(row, "hide_from_robots")]
        private = [row for row in rows if _is_marked(row, "hide_from_robots")]
        return build_name_search_result(
            query.terms[0],
            [ACCOUNT.build_trace(self.platform, row) for row in open_rows],
            [ACCOUNT.build_trace(self.platform, row) for row in private],
        )


def _is_marked(shown: Mapping[str, object], mark: str) -> bool:
    return get_optional_flag(*resolve_path(shown, f"data.{mark}")) is True
