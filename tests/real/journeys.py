"""People of a district, in browsers without scripts: they join, check, sort, share and leave."""

import random
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NoReturn

import requests
from bs4 import BeautifulSoup, Tag

from monitor.domain.vocabulary import Scope
from tests.real.district import District

SEE_OTHER = HTTPStatus.SEE_OTHER
ONE_REQUEST = 60.0
GIVEN = ("Ada", "Boris", "Carla", "Dmitri", "Elena", "Felix", "Greta", "Hugo", "Irma", "Jonas")
FAMILY = ("Abernathy", "Bellweather", "Castellan", "Dunmore", "Eastlake", "Fairbourne")


class LostAnswerError(Exception):
    """A process was killed before its answer came: nobody knows whether the act is done."""


@dataclass
class Browser:
    """Keeps cookies, and fills in what a form holds already. A lost answer is LostAnswerError."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self.session.trust_env = False

    def get(self, path: str) -> requests.Response:
        """Read a page; where the pages are away for a moment, try until they are back."""
        for _ in range(600):
            try:
                return self.send("GET", path)
            except LostAnswerError:
                threading.Event().wait(0.1)
        raise LostAnswerError

    def submit(self, path: str, action: str, **typed: object) -> requests.Response:
        """Send the form of a page that leads to `action`."""
        page = BeautifulSoup(self.get(path).text, "lxml")
        forms = [
            element for element in page.find_all("form") if element.get("action", path) == action
        ]
        if not forms:
            message = f"{path} has no form for {action}"
            raise LookupError(message)
        fields = {**_filled(forms[0]), **typed}
        return self.send("POST", action, data=fields)

    def send(self, method: str, path: str, **more: object) -> requests.Response:
        try:
            return self.session.request(
                method,
                f"{self.address}{path}",
                allow_redirects=False,
                timeout=ONE_REQUEST,
                **more,  # type: ignore[arg-type] - handed on as it is
            )
        except requests.RequestException as error:
            raise LostAnswerError from error


def _filled(form: Tag) -> dict[str, object]:
    fields: dict[str, object] = {}
    for element in form.find_all(["input", "textarea", "select"]):
        name = str(element.get("name", ""))
        if not name or element.get("type") in {"checkbox", "radio", "submit"}:
            continue
        value = element.get_text() if element.name == "textarea" else element.get("value", "")
        fields[name] = str(value)
    return fields


@dataclass
class Journey:
    """One person's way, from the invitation on."""

    district: District
    number: int
    lots: random.Random

    @property
    def given(self) -> str:
        return GIVEN[self.number % len(GIVEN)]

    @property
    def family(self) -> str:
        return f"{FAMILY[self.number % len(FAMILY)]}{_emails(self.number)}"

    @property
    def mail(self) -> str:
        return f"{self.given}.{self.family}@cedarvalley.example".casefold()

    def walk(self, *, stays: bool) -> None:
        """Go the whole way; where a process dies in between, this person counts no further."""
        browser = Browser(self.district.address)
        try:
            if not self.is_invited():
                return
            self.join(browser)
            self.check(browser)
            self.sort(browser)
            self.share(browser)
            self.sign_in_elsewhere()
            if not stays:
                self.leave(browser)
        except LostAnswerError:
            self.district.done.unsure.add(self.mail)

    def is_invited(self) -> bool:
        code, _ = self.district.run_command("staff", "invite", self.mail, self.given, self.family)
        if code == 0:
            self.district.done.invited.add(self.mail)
        return code == 0

    def join(self, browser: Browser) -> None:
        code = self.wait_for_code("/join/code/")
        answer = browser.submit(f"/join/code/{code}", "/join/code")
        for _ in range(12):
            place = answer.headers.get("Location", "")
            if place.startswith("/me"):
                self.district.done.joined.add(self.mail)
                return
            if not place.startswith("/join/"):
                self.fail(f"joining led to {answer.status_code} {place}")
            place = place.partition("#")[0]
            scopes = [Scope.SEARCH.value] if place.endswith("/scopes") else []
            answer = browser.submit(place, place, **({"scopes": scopes} if scopes else {}))
        self.fail("joining never ended")

    def check(self, browser: Browser) -> None:
        answer = browser.submit("/me/check", "/me/check")
        if answer.status_code != SEE_OTHER:
            self.fail(f"a check was answered with {answer.status_code}")

        def is_over() -> bool:
            return not browser.get("/me/check/live").json()["live"]

        self.wait(is_over, "the end of a check")

    def sort(self, browser: Browser) -> None:
        """Answer the first card that is no case."""
        page = BeautifulSoup(browser.get("/me/sort").text, "lxml")
        form = page.select_one("article form[action='/me/sort']")
        if form is None:
            self.fail("a checked person has nothing to sort")
        fields = _filled(form)
        answers = [str(element["value"]) for element in form.select("button[name=decision]")]
        fields["decision"] = self.lots.choice(answers)
        answer = browser.send("POST", "/me/sort", data=fields)
        if answer.status_code == SEE_OTHER:
            self.district.done.sorted[self.mail][str(fields["finding"])] = str(fields["decision"])

    def share(self, browser: Browser) -> None:
        """Share the first case, of the phone number beside the name."""
        page = BeautifulSoup(browser.get("/me/sort").text, "lxml")
        form = page.select_one("article form[action^='/me/cases/']")
        if form is None:
            self.fail("a phone number beside a name raised no alert")
        action = f"{form['action']}/share"
        answer = browser.submit(action, action)
        if answer.status_code == SEE_OTHER:
            self.district.done.shared[self.mail] = str(form["action"]).rpartition("/")[2]

    def sign_in_elsewhere(self) -> None:
        browser = Browser(self.district.address)
        answer = browser.submit("/sign-in", "/sign-in", address=self.mail)
        if answer.status_code != SEE_OTHER:
            self.fail(f"asking for a sign-in link was answered with {answer.status_code}")
        code = self.wait_for_code("/sign-in/")
        answer = browser.submit(f"/sign-in/{code}", "/sign-in/link")
        if answer.headers.get("Location") != "/":
            self.fail(f"a sign-in link led to {answer.status_code}")

    def leave(self, browser: Browser) -> None:
        before = len(self.district.mail.sent_to(self.mail))
        answer = browser.submit("/me/data/leave", "/me/data/leave")
        if answer.status_code != SEE_OTHER:
            self.fail(f"leaving was answered with {answer.status_code}")
        self.district.done.left.add(self.mail)
        self.wait(lambda: len(self.district.mail.sent_to(self.mail)) > before, "a farewell")

    def wait_for_code(self, path: str) -> str:
        """Return the code of the newest email that leads to a page."""
        pattern = re.compile(rf"{re.escape(path)}([\w-]{{43}})")
        found: list[str] = []

        def has_come() -> bool:
            emails = self.district.mail.sent_to(self.mail)
            found[:] = [code for email in emails for code in pattern.findall(email.text)]
            return bool(found)

        self.wait(has_come, f"an email that leads to {path}")
        return found[-1]

    def wait(self, true: Callable[[], bool], what: str) -> None:
        if not self.district.wait_until(true, f"{what} for {self.mail}"):
            raise LostAnswerError

    def fail(self, what: str) -> NoReturn:
        self.district.faults.append(f"{self.mail}: {what}")
        raise LostAnswerError


def _emails(number: int) -> str:
    """Return a number as emails, so that no two people share a name."""
    messages = ""
    while True:
        number, rest = divmod(number, 26)
        messages += chr(ord("a") + rest)
        if not number:
            return messages
