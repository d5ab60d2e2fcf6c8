"""The questions that set up a district, as data, and how each answer is checked.

`namesake init` asks them in a terminal; a file of answers has the same keys, and passes the same
checks.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import EnumType, StrEnum
from pathlib import Path

from msgspec import UNSET, UnsetType, defstruct

from monitor.app.sources import parse_engine_origin
from monitor.config.fault_messages import ZONE_OF_ABBREVIATION, describe_zone_fault
from monitor.config.file import find_portal_faults
from monitor.config.sections import (
    CALLBACK_PATH,
    DOMAIN,
    MailSecurity,
    PortalConfig,
    is_known_time_zone,
)
from monitor.domain.email_delivery import is_single_address
from monitor.domain.errors import InputError
from monitor.domain.reason import Plain, Reason
from monitor.domain.vocabulary import Language
from monitor.services.question_costs import estimate_week
from monitor.services.setup_files import COPIES_FOLDER, KEYS_FOLDER
from monitor.services.staff_import import read_staff_file
from reports.reason_rendering import render_in_english
from scrapers.search.brave import STORED_FOR, TERMS

NONE, YES, NO = "none", "yes", "no"
DEFAULT_SEARXNG = "http://127.0.0.1:8888"
# Both know this machine by its public IP address, so they ask for no user and no password.
GOOGLE_RELAY, MICROSOFT_RELAY = "smtp-relay.gmail.com", ".mail.protection.outlook.com"
DEFAULT_PORTS = {"starttls": "587", "tls": "465", "relay": "25"}
# Mail servers that refuse the password of an account.
APP_PASSWORD_HOSTS = re.compile(
    r"(^|\.)(gmail|googlemail|google|office365|outlook|hotmail)\.com$", re.IGNORECASE
)
PROVIDERS = {"google": "your Google account", "entra": "your Microsoft account"}
ISSUERS = {
    "google": "https://accounts.google.com",
    "entra": "https://login.microsoftonline.com/{tenant}/v2.0",
}
# Every answer as text, by the key of its question; an empty one is none. Also, under UNIT_DATA, the
# folder in which systemd keeps the data of its services; empty where it does not run this district.
Answers = dict[str, str]
UNIT_DATA = "unit_data"


class SignInChoice(StrEnum):
    """`google` and `entra` are `oidc` with an issuer that we know."""

    LINK = "link"
    GOOGLE = "google"
    ENTRA = "entra"
    OIDC = "oidc"
    HEADER = "header"


def _always(_answers: Answers) -> bool:
    return True


def _never(_answers: Answers) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupQuestion:
    """`parse` returns the answer as it is kept, or raises InputError with a sentence.

    Its words are those of its `key` in reports/reason_words/office.toml. They may name earlier
    answers in braces, and `facts` made of them; and so may `copied`, which is to be pasted
    elsewhere exactly as it stands. `kind` is what a file of answers has there. `is_asked` tells
    what a conversation asks; every other answer is its default, and can be changed where all are
    shown. `unattended` is the default without a person there. `stand_in` lets the other answers of
    a file be judged where this one cannot be used.
    """

    key: str
    parse: Callable[[str, Answers], str]
    kind: object = str
    copied: str = ""
    default: Callable[[Answers], str] | str | None = None
    unattended: str | None = None
    applies: Callable[[Answers], bool] = _always
    is_asked: Callable[[Answers], bool] = _always
    when_unused: str = "has no use with the other answers: remove it"
    secret: bool = False
    stand_in: str = ""
    facts: Callable[[Answers], Mapping[str, str]] = lambda _answers: {}

    @property
    def choices(self) -> tuple[str, ...]:
        """Return all answers that there are, where they have to be named."""
        return tuple(map(str, self.kind)) if isinstance(self.kind, EnumType) else ()

    def find_default(self, answers: Answers) -> str | None:
        return self.default(answers) if callable(self.default) else self.default

    @property
    def prompt(self) -> str:
        return render_in_english(Reason(f"question.{self.key}"))

    def explain(self, answers: Answers) -> str:
        """Say why it is asked, or what it does."""
        facts = {name: Plain(fact) for name, fact in {**answers, **self.facts(answers)}.items()}
        return render_in_english(Reason(f"question.{self.key}.why", facts))

    def spell_prompt(self) -> str:
        if not self.choices:
            return self.prompt
        *most, last = self.choices
        return f"{self.prompt}: {', '.join(most)} or {last}"


def _parse_name(text: str, _answers: Answers) -> str:
    if not text.strip():
        raise InputError("A district needs a name.")
    return text.strip()


def _parse_zone(text: str, _answers: Answers) -> str:
    if text.strip().upper() in ZONE_OF_ABBREVIATION or not is_known_time_zone(text.strip()):
        raise InputError(describe_zone_fault(text))
    return text.strip()


def split_list(text: str) -> tuple[str, ...]:
    """Split a list; `none` and nothing are an empty one."""
    parts = (part.strip() for part in text.split(","))
    return tuple(part for part in parts if part and part.lower() != NONE)


def _parse_domains(text: str, _answers: Answers) -> str:
    domains = [part.lower().removeprefix("@") for part in split_list(text.replace(" ", ","))]
    for domain in domains:
        if not DOMAIN.fullmatch(domain):
            raise InputError(f"{domain!r} is not a domain such as district.example.")
    if not domains:
        raise InputError("At least one domain is needed, or no one can be invited.")
    return ", ".join(dict.fromkeys(domains))


def _parse_address(text: str, answers: Answers) -> str:
    _parse_needed(text, answers)
    if not is_single_address(text.strip()):
        raise InputError(f"{text!r} is not a single email address.")
    _check_mail_domain(text)
    return text.strip()


def _check_mail_domain(address: str) -> None:
    if not DOMAIN.fullmatch(address.strip().rpartition("@")[2]):
        raise InputError(f"{address!r} lacks the end of its domain, such as .org.")


def _parse_addresses(text: str, answers: Answers) -> str:
    return ", ".join(_parse_address(one_text, answers) for one_text in split_list(text))


def _parse_optional(text: str, _answers: Answers) -> str:
    return "" if text.strip().lower() == NONE else text.strip()


def _parse_needed(text: str, _answers: Answers) -> str:
    if not text.strip():
        raise InputError("An answer is needed here.")
    return text.strip()


def _parse_staff_file(text: str, answers: Answers) -> str:
    name = _parse_optional(text, answers)
    if name:
        try:
            read_staff_file(Path(name), split_list(answers["domains"]))
        except InputError as error:
            raise InputError(str(error).removesuffix(" Nothing was imported.")) from error
    return name


def _parse_mail_host(text: str, answers: Answers) -> str:
    host = _parse_optional(text, answers)
    if host.lower() == "google":
        return GOOGLE_RELAY
    if host.lower() == "microsoft":
        domain = split_list(answers["domains"])[0]
        return f"{domain.replace('.', '-')}{MICROSOFT_RELAY}"
    if re.search(r"[/\s@]|^[^:]*:\d*$", host):
        raise InputError(f"{text!r} is not the name of a server such as smtp.district.example.")
    return host


def name_mail_preset(host: str) -> str:
    """Return whose relay a mail server is, empty for any other server."""
    if host.endswith(MICROSOFT_RELAY):
        return "microsoft"
    return "google" if host == GOOGLE_RELAY else ""


def _choose_security(answers: Answers) -> str:
    """Choose encryption, but on this machine itself, whose relay seldom has a certificate."""
    return "relay" if answers["mail_host"] in {"localhost", "127.0.0.1", "::1"} else "starttls"


def _choose_port(answers: Answers) -> str:
    is_microsoft = name_mail_preset(answers["mail_host"]) == "microsoft"
    return DEFAULT_PORTS["relay" if is_microsoft else answers["mail_security"]]


def _build_choice_parser(choices: type[StrEnum]) -> Callable[[str, Answers], str]:
    def parse_choice(text: str, _answers: Answers) -> str:
        if text.strip().lower() not in set(choices):
            raise InputError(f"{text!r} is not one of {', '.join(choices)}.")
        return text.strip().lower()

    return parse_choice


def _build_pattern_parser(pattern: re.Pattern[str], what: str) -> Callable[[str, Answers], str]:
    def parse_pattern(text: str, _answers: Answers) -> str:
        if not pattern.fullmatch(text.strip()):
            raise InputError(f"{text!r} is not {what}.")
        return text.strip()

    return parse_pattern


def _parse_yes(text: str, _answers: Answers) -> str:
    found = {"y": YES, YES: YES, "n": NO, NO: NO}.get(text.strip().lower())
    if found is None:
        raise InputError(f"{text!r} is not yes or no.")
    return found


def _parse_port(text: str, _answers: Answers) -> str:
    if not text.strip().isdecimal() or not 0 < int(text) < 1 << 16:
        raise InputError(f"{text!r} is not a port from 1 to 65535.")
    return text.strip()


def _parse_sender(text: str, _answers: Answers) -> str:
    address = re.fullmatch(r"[^<>]*<([^<>]+)>|([^<>]+)", text.strip())
    if address is None or not is_single_address(address[1] or address[2]):
        raise InputError(f"{text!r} has no email address such as namesake@district.example.")
    _check_mail_domain(address[1] or address[2])
    return text.strip()


def _parse_mail_password(text: str, answers: Answers) -> str:
    """Take from Google and Microsoft what works there: they refuse the password of an account."""
    password = _parse_optional(text, answers)
    if not password or not APP_PASSWORD_HOSTS.search(answers["mail_host"]):
        return password
    letters = re.sub(r"\s", "", password)
    if not re.fullmatch(r"[A-Za-z]{16}", letters):
        raise InputError(
            f"{answers['mail_host']} accepts no account password: use an app password (16 "
            "letters), or a relay or OAuth as docs/mail.md says."
        )
    return letters


def _parse_portal_address(text: str, _answers: Answers) -> str:
    address = text.strip().rstrip("/")
    faults = find_portal_faults(PortalConfig(address=address))
    fault = next((what for wrong, where, what in faults if wrong and "address" in where), "")
    if fault:
        raise InputError(
            f"{text!r} is not https:// and a host only, such as https://namesake.school.example."
        )
    return address


def _parse_search(text: str, _answers: Answers) -> str:
    plain = text.strip().lower()
    if plain in {"brave", "feeds", NONE}:
        return plain
    plain = DEFAULT_SEARXNG if plain == "searxng" else text.strip().rstrip("/")
    if not parse_engine_origin(plain):
        raise InputError(
            f"{text!r} is not brave, searxng, feeds, none, or an address like {DEFAULT_SEARXNG}."
        )
    return plain


# Of whom nothing is known yet, the free credit is enough for so many.
SUPPOSED_STAFF = 130


def _describe_search_cost(answers: Answers) -> Mapping[str, str]:
    """Say what asking costs for the staff that were named, or for some district's."""
    file = answers.get("staff_file", "")
    staff = SUPPOSED_STAFF
    if file:
        staff = len(read_staff_file(Path(file), split_list(answers["domains"])).invitees)
    week = estimate_week(staff)
    numbers = {"staff": staff, "due": week.due, "free": week.free, "dollars": week.usd_a_month}
    facts = {name: Plain(str(number)) for name, number in numbers.items()}
    cost = "question.search.part" if week.due > week.free else "question.search.whole"
    return {
        "cost": render_in_english(Reason(cost, facts)),
        "terms": f"By its terms of {TERMS.as_of:%B %-d, %Y}, {TERMS.clause}.",
        "days": str(STORED_FOR.days),
    }


def _parse_backup_folder(text: str, answers: Answers) -> str:
    """Take only what the units may write: a folder of /var/lib, where another disk is mounted."""
    folder = _parse_optional(text, answers)
    units = Path(answers[UNIT_DATA]) if answers[UNIT_DATA] else None
    if folder and not Path(folder).is_absolute():
        raise InputError(f"{text!r} is not a full path such as /var/lib/namesake-copies.")
    if folder and units and Path(folder).parent != units:
        raise InputError(f"{text!r} is not a folder in {units}. Mount the other disk there.")
    return folder


def _parse_backup_keys(text: str, answers: Answers) -> str:
    keys = _parse_backup_folder(text, answers)
    copies = answers["backup_folder"]
    if keys and (Path(keys).is_relative_to(copies) or Path(copies).is_relative_to(keys)):
        reason = f"{text!r} and {copies} are the same. Keys and backups must never be together."
        raise InputError(reason)
    return keys


def _uses_provider(answers: Answers) -> bool:
    return answers["sign_in"] in {"google", "entra", "oidc"}


def _has_mail_server(answers: Answers) -> bool:
    return bool(answers["mail_host"])


def _has_own_mail_server(answers: Answers) -> bool:
    return not name_mail_preset(answers["mail_host"])


def _build_folder_default(name: str) -> Callable[[Answers], str]:
    return lambda answers: f"{answers[UNIT_DATA]}/{name}" if answers[UNIT_DATA] else NONE


DISTRICT_QUESTIONS = (
    SetupQuestion(key="name", parse=_parse_name),
    SetupQuestion(key="zone", parse=_parse_zone, default="America/Chicago"),
    SetupQuestion(
        key="language",
        parse=_build_choice_parser(Language),
        kind=Language,
        default=Language.ENGLISH.value,
        is_asked=_never,
    ),
    SetupQuestion(
        key="domains", parse=_parse_domains, kind=tuple[str, ...], stand_in="domain.invalid"
    ),
    SetupQuestion(
        key="places",
        parse=lambda text, _answers: ", ".join(split_list(text)),
        kind=tuple[str, ...],
        default=NONE,
        is_asked=_never,
    ),
    SetupQuestion(key="contact", parse=_parse_address),
    SetupQuestion(
        key="reviewers", parse=_parse_addresses, kind=tuple[str, ...], default=NONE, is_asked=_never
    ),
    SetupQuestion(
        key="operators",
        parse=_parse_addresses,
        kind=tuple[str, ...],
        default=lambda answers: answers["contact"],
        is_asked=_never,
    ),
    SetupQuestion(key="staff_file", parse=_parse_staff_file, default=NONE),
)
MAIL_QUESTIONS = (
    SetupQuestion(key="mail_host", parse=_parse_mail_host, stand_in="mail.invalid", default=NONE),
    SetupQuestion(
        key="mail_security",
        parse=_build_choice_parser(MailSecurity),
        kind=MailSecurity,
        stand_in="starttls",
        default=_choose_security,
        applies=_has_mail_server,
        is_asked=_has_own_mail_server,
    ),
    SetupQuestion(
        key="mail_port",
        parse=_parse_port,
        kind=int,
        default=_choose_port,
        applies=_has_mail_server,
        is_asked=_never,
    ),
    SetupQuestion(
        key="mail_user",
        parse=_parse_optional,
        default=NONE,
        applies=lambda answers: (
            bool(answers["mail_host"]) and answers["mail_security"] != MailSecurity.RELAY
        ),
        is_asked=_has_own_mail_server,
    ),
    SetupQuestion(
        key="smtp-password",
        parse=_parse_mail_password,
        default="",
        applies=lambda answers: bool(answers["mail_user"]),
        secret=True,
    ),
    SetupQuestion(
        key="mail_sender",
        parse=_parse_sender,
        default=lambda answers: f"Namesake <namesake@{split_list(answers['domains'])[0]}>",
        is_asked=_never,
    ),
    SetupQuestion(
        key="mail_test",
        parse=_parse_yes,
        kind=bool,
        default=YES,
        unattended=NO,
        applies=_has_mail_server,
        is_asked=_never,
    ),
    SetupQuestion(
        key="invite_staff",
        parse=_parse_yes,
        kind=bool,
        default=NO,
        applies=lambda answers: bool(answers["staff_file"]) and bool(answers["mail_host"]),
        is_asked=_never,
        when_unused="must be false here: it needs a staff file and a mail server",
    ),
)
PORTAL_QUESTIONS = (
    SetupQuestion(
        key="portal_address",
        parse=_parse_portal_address,
        default=lambda answers: f"https://namesake.{split_list(answers['domains'])[0]}",
        is_asked=_never,
    ),
    SetupQuestion(
        key="sign_in",
        parse=_build_choice_parser(SignInChoice),
        kind=SignInChoice,
        stand_in="link",
        default="link",
        is_asked=_never,
    ),
    SetupQuestion(
        key="tenant",
        parse=_build_pattern_parser(
            re.compile(r"[0-9A-Za-z.-]+"),
            "a tenant ID such as 00000000-0000-0000-0000-000000000000",
        ),
        applies=lambda answers: answers["sign_in"] == "entra",
    ),
    SetupQuestion(
        key="issuer",
        parse=_build_pattern_parser(
            re.compile(r"https://[^\s/@]+(/\S*)?"),
            "the https:// address that your provider states as its issuer",
        ),
        applies=lambda answers: answers["sign_in"] == "oidc",
    ),
    SetupQuestion(
        key="client",
        copied=f"{{portal_address}}{CALLBACK_PATH}",
        parse=_parse_needed,
        applies=_uses_provider,
    ),
    SetupQuestion(
        key="oidc-secret", parse=_parse_optional, default="", applies=_uses_provider, secret=True
    ),
    SetupQuestion(
        key="header",
        parse=_build_pattern_parser(
            re.compile(r"[A-Za-z0-9-]+"), "the name of a header such as X-Forwarded-Email"
        ),
        default="X-Forwarded-Email",
        applies=lambda answers: answers["sign_in"] == "header",
    ),
)
SEARCH_QUESTIONS = (
    SetupQuestion(
        key="search",
        parse=_parse_search,
        facts=_describe_search_cost,
        default="brave",
        unattended=NONE,
    ),
    SetupQuestion(
        key="brave-key",
        parse=_parse_optional,
        default="",
        applies=lambda answers: answers["search"] == "brave",
        secret=True,
    ),
)
BACKUP_QUESTIONS = (
    SetupQuestion(
        key="backup_folder",
        parse=_parse_backup_folder,
        default=_build_folder_default(COPIES_FOLDER.name),
        is_asked=_never,
    ),
    SetupQuestion(
        key="backup_keys",
        parse=_parse_backup_keys,
        default=_build_folder_default(KEYS_FOLDER.name),
        applies=lambda answers: bool(answers["backup_folder"]),
        is_asked=_never,
    ),
)
START_QUESTIONS = (
    SetupQuestion(
        key="start",
        parse=_parse_yes,
        kind=bool,
        default=lambda answers: YES if answers["mail_host"] else NO,
        applies=lambda answers: bool(answers[UNIT_DATA]),
        is_asked=_never,
        when_unused=(
            "must be false here: only root starts services, with systemd, and with the "
            "configuration at its usual path"
        ),
    ),
)
SECTIONS = {
    "District": DISTRICT_QUESTIONS,
    "Mail": MAIL_QUESTIONS,
    "Portal": PORTAL_QUESTIONS,
    "Search": SEARCH_QUESTIONS,
    "Backups": BACKUP_QUESTIONS,
    "Start": START_QUESTIONS,
}
QUESTIONS = {question.key: question for section in SECTIONS.values() for question in section}
# The keys of a file with answers: those of the questions, and files that hold secrets.
AnswersFile = defstruct(
    "AnswersFile",
    [
        *(
            (key, question.kind | UnsetType, UNSET)
            for key, question in QUESTIONS.items()
            if not question.secret
        ),
        ("secrets", dict[str, str], {}),
    ],
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
)
# In a file, these are paths from it.
PATH_KEYS = ("staff_file", "backup_folder", "backup_keys")


def list_summary(answers: Answers) -> Iterator[tuple[SetupQuestion, str]]:
    """Yield each question that has a use, with its answer as people read it: never a secret."""
    for question in QUESTIONS.values():
        if question.applies(answers):
            yield question, _spell_kept_answer(question, answers)


def _spell_kept_answer(question: SetupQuestion, answers: Answers) -> str:
    answer = answers.get(question.key, "")
    if question.secret:
        return "given, and not shown" if answer else "left to do"
    return answer or NONE


def list_secrets(answers: Answers) -> dict[str, str]:
    """Return the secrets among the answers, by name."""
    return {
        key: answers[key]
        for key, question in QUESTIONS.items()
        if question.secret and answers.get(key)
    }
