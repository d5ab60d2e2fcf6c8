"""The methods of an API that tells profiles in JSON: where each is asked, and what it answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from scrapers.page import Page
from scrapers.recipes.account_shape import AccountShape
from scrapers.recipes.denial import Denial
from scrapers.recipes.shape import count, inside, record, rows
from scrapers.request import Request

WHOLE_ANSWER = "."
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One method of an API; `{term}` in `path` and `params` stands for what is asked for.

    `rows` is the path of the list of accounts: empty where the answer is one account, `.` where
    it is the list itself. `none_if_zero` is for APIs that leave an empty list out: the path of the
    count that says so. `cut` is the path of what says that the search was cut short, and `more` of
    what says that there is another page; `pages` is a header with the number of them all.
    """

    path: str
    shape: AccountShape
    params: Pairs = ()
    rows: str = ""
    none_if_zero: str = ""
    cut: str = ""
    more: str = ""
    pages: str = ""

    def request(self, base_url: str, term: str) -> Request:
        path = self.path.replace("{term}", quote(term, safe=""))
        return Request(
            url=f"{base_url.rstrip('/')}{path}",
            params=tuple((name, value.replace("{term}", term)) for name, value in self.params),
        )

    def shown(self, answer: object) -> Sequence[Mapping[str, object]]:
        if not self.rows:
            return [record(answer, "an account")]
        if self.rows == WHOLE_ANSWER:
            return [record(row, "an account") for row in rows({"a list": answer}, "a list")]
        told = record(answer, "an object")
        holder, key = inside(told, self.rows)
        if key not in holder and self.none_if_zero:
            counted, name = inside(told, self.none_if_zero)
            if count(counted, name) == 0:
                return []
        return [record(row, key) for row in rows(holder, key)]

    def goes_on(self, answer: object, page: Page, number: int) -> bool:
        """Say whether there is a page of that number."""
        if self.more:
            return true_at(answer, self.more)
        told = page.headers.get(self.pages, "") if self.pages else ""
        return told.isascii() and told.isdigit() and number <= int(told[:9])


@dataclass(frozen=True, slots=True, kw_only=True)
class Methods:
    """An account is asked for by handle, by id, or both ways with answers of one shape."""

    by_handle: Ask | None = None
    by_id: Ask | None = None
    by_name: Ask | None = None
    denials: tuple[Denial, ...] = ()

    @property
    def of_account(self) -> Ask:
        ask = self.by_handle or self.by_id
        if ask is None:
            message = "an account must be asked for by handle or by id"
            raise ValueError(message)
        return ask


def true_at(answer: object, path: str) -> bool:
    holder, key = inside(record(answer, "an object"), path)
    return holder.get(key) is True
