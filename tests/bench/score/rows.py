"""Read rows that ask whose a profile is, in the forms that other programs write.

Rows are read leniently: many programs write them, each in a form of its own.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from math import isfinite

from monitor.domain.detection.appearance import Inventory
from monitor.domain.errors import InputError
from monitor.domain.names.parsing import parse_person_name
from monitor.domain.person import Person, PersonName
from scrapers.models import Contact, Trace, TraceKind
from scrapers.urls.canonical import build_account_key, canonicalize_url, extract_account_keys
from tests.bench.score.scorers import Profile, Pupils

_NO = frozenset({"", "false", "no", "0", "n", "none", "null"})
_THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
_NUMBER = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s*([km]?)")
_DIGITS = re.compile(r"[0-9]{1,15}")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_MIDYEAR = 7
# Seconds since 1970 are larger than any year, and milliseconds than any such second.
_LAST_YEAR = 9_999
_LAST_SECOND = 10_000_000_000


def moment(told: object) -> datetime | None:
    """Read a date: ISO, a year, seconds since 1970, or words with a year; a year is its middle."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return _from_number(float(told))
    written = text(told)
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        return _from_number(float(written)) if _DIGITS.fullmatch(written) else _year_in(written)
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def _year_in(written: str) -> datetime | None:
    year = _YEAR.search(written)
    return _from_number(float(year.group())) if year else None


def _from_number(told: float) -> datetime | None:
    try:
        if told <= _LAST_YEAR:
            return datetime(int(told), _MIDYEAR, 1, tzinfo=UTC)
        return datetime.fromtimestamp(told if told <= _LAST_SECOND else told / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None


def number(told: object) -> int | None:
    """Read a count: 1204, "1,204" or "1.2k"; None where none is told."""
    if isinstance(told, bool) or told is None:
        return None
    if isinstance(told, int | float):
        return int(told) if isfinite(told) else None
    read = _NUMBER.fullmatch(text(told).lower().replace(",", ""))
    return int(float(read[1]) * _THOUSANDS[read[2]]) if read else None


def yes(told: object) -> bool:
    """Read a yes: true, a word other than no, an address, or a list of some."""
    return told.strip().lower() not in _NO if isinstance(told, str) else bool(told)


def fields(told: object) -> Mapping[str, object]:
    return told if isinstance(told, Mapping) else {}


def text(told: object) -> str:
    if isinstance(told, Mapping):
        return ", ".join(filter(None, map(text, told.values())))
    if isinstance(told, list):
        return ", ".join(filter(None, map(text, told)))
    return "" if told is None or isinstance(told, bool) else str(told).strip()


def texts(told: object) -> Iterator[str]:
    yield from filter(None, map(text, several(told)))


def several(told: object) -> Iterable[object]:
    if told is None:
        return ()
    return told if isinstance(told, list) else (told,)


Fields = Mapping[str, object]

_NAMES = ("name", "display_name", "full_name")
_GIVEN = ("given", "given_name", "givenName", "first", "first_name")
_MIDDLE = ("middle", "middle_name")
_FAMILY = ("family", "family_name", "familyName", "last", "last_name", "surname")
_COUNTS = ("followers", "following", "posts")


def read_profile(row: Fields) -> Profile:
    """Read one row. Raises InputError where there is neither a person nor a profile."""
    staff, found = fields(row.get("staff")), fields(row.get("found"))
    if not staff or not found:
        reason = "label needs staff and found"
        raise InputError(reason)
    person = _person(staff)
    portrait = _portrait(found)
    own = tuple(_own(staff, person, linked=yes(found.get("link_back")), portrait=portrait))
    return Profile(
        person=person,
        inventory=Inventory(
            own_traces=own,
            absent_platforms=frozenset(person.absent_from),
            wave_sizes={portrait.key: number(found.get("wave")) or 0},
            reference_picture=text(staff.get("reference_picture")),
        ),
        found=portrait,
        schools=tuple(texts(staff.get("schools"))),
        contacts=tuple(map(_contact, several(found.get("contacts")))),
        pupils=_pupils(row.get("roster")),
    )


def collect_schools(profiles: Iterable[Profile]) -> Mapping[Pupils, frozenset[str]]:
    """Return all schools of each district: its rows share a roster."""
    schools: dict[Pupils, frozenset[str]] = {}
    for profile in profiles:
        if profile.pupils:
            told = {profile.person.school, *profile.schools} - {""}
            schools[profile.pupils] = schools.get(profile.pupils, frozenset()) | told
    return schools


def _person(staff: Fields) -> Person:
    return Person(
        id="",
        name=_person_name(staff),
        mail="",
        organization=text(staff.get("employer")),
        zone="UTC",
        school=text(staff.get("school")),
        role=text(staff.get("role")),
        places=tuple(texts(staff.get("location"))),
        absent_from=tuple(texts(staff.get("absent_from"))),
        accounts=tuple(
            dict.fromkeys((*dict(_declared_of_label_row(staff)), *_linked_accounts(staff)))
        ),
    )


def _person_name(staff: Fields) -> PersonName:
    read = parse_person_name(_written(staff))
    former = (parse_person_name(one_text).family for one_text in texts(staff.get("former_names")))
    called = (*read.nicknames, *texts(staff.get("nicknames")))
    return PersonName(
        given=read.given,
        family=read.family,
        middle=read.middle,
        nicknames=called,
        former_families=tuple(family for family in former if family and family != read.family),
    )


def _own(staff: Fields, person: Person, *, linked: bool, portrait: Trace) -> Iterator[Trace]:
    """Yield what is known of the person's accounts; a row describes them all in one."""
    links = (portrait.url,) if linked else ()
    told = staff.get("account_created")
    spelled = dict(_declared_of_label_row(staff))
    for account in person.accounts:
        platform, _, handle = account.partition(":@")
        yield Trace(
            key=account,
            kind=TraceKind.ACCOUNT,
            url=_url(account),
            account=account,
            name=_written(staff),
            handle=spelled.get(account, handle),
            bio=text(_on(platform, staff.get("bio"))),
            links=links,
            created_at=moment(_on(platform, told)),
        )
    for url in texts(staff.get("known_urls")):
        yield Trace(key=canonicalize_url(url), kind=TraceKind.PAGE, url=_spelled(url), links=links)
    if not person.accounts:
        # Nobody says where, but there is an account that was created and describes itself.
        created = moment(_on("", told))
        bio = text(_on("", staff.get("bio")))
        yield Trace(
            key="own", kind=TraceKind.PAGE, url="", bio=bio, links=links, created_at=created
        )


def _portrait(found: Fields) -> Trace:
    account = build_account_key(text(found.get("platform")), text(found.get("handle")))
    links = tuple(map(_spelled, texts(found.get("links"))))
    counts = ((name, number(found.get(name))) for name in _COUNTS)
    return Trace(
        key=account,
        kind=TraceKind.ACCOUNT,
        url=_url(account),
        account=account,
        name=text(found.get("display_name")),
        handle=text(found.get("handle")).removeprefix("@"),
        bio=text(found.get("bio")),
        title=text(found.get("title")),
        snippet=text(found.get("snippet")),
        private=yes(found["private"]) if "private" in found else None,
        picture_print=text(found.get("picture_print")),
        location=text(found.get("location")),
        links=links,
        created_at=moment(found.get("created_at")),
        counts=tuple((name, count) for name, count in counts if count is not None),
    )


def _contact(shown: object) -> Contact:
    if not isinstance(shown, Mapping):
        return Contact(name=text(shown), handle="")
    return Contact(
        name=_written(shown), handle=text(shown.get("handle")), bio=text(shown.get("bio"))
    )


def _pupils(roster: object) -> Pupils:
    return tuple(
        (name.given, name.family)
        for entry in several(roster)
        if (
            name := parse_person_name(
                _written(entry) if isinstance(entry, Mapping) else text(entry)
            )
        ).family
    )


def _declared_of_label_row(staff: Fields) -> Iterator[tuple[str, str]]:
    """Yield account keys, and the handles as they are spelled."""
    handles = staff.get("handles")
    if isinstance(handles, Mapping):
        told = ((str(platform), one_handle) for platform, one_handle in handles.items())
    else:
        told = ((_platform(entry), entry) for entry in several(handles))
    for platform, entry in told:
        for handle in texts(entry.get("handle") if isinstance(entry, Mapping) else entry):
            yield _account(platform, handle)


def _platform(told: object) -> str:
    return text(told.get("platform")) if isinstance(told, Mapping) else ""


def _account(platform: str, told: str) -> tuple[str, str]:
    """Read a handle, or the address of its profile."""
    handle = told.rstrip("/").rpartition("/")[2].removeprefix("@")
    known = extract_account_keys(told) if "/" in told else ()
    return next(iter(known), "") or build_account_key(platform, handle), handle


def _linked_accounts(staff: Fields) -> Iterator[str]:
    for url in texts(staff.get("known_urls")):
        yield from extract_account_keys(url)


def _spelled(url: str) -> str:
    """Write an address of an account as that account, so that two spellings are one."""
    return next(map(_url, extract_account_keys(url)), canonicalize_url(url))


def _url(account: str) -> str:
    return f"https://{account}"


def _on(platform: str, told: object) -> object:
    """Return what is told for a platform, where things are told apart by platform."""
    if not isinstance(told, Mapping):
        return told
    here = {
        build_account_key(str(name), "").partition(":")[0]: value for name, value in told.items()
    }
    return here.get(platform) if platform else next(iter(here.values()), None)


def _written(shown: Fields) -> str:
    """Return a name, in one or in parts."""
    parts = (_first(shown, names) for names in (_GIVEN, _MIDDLE, _FAMILY))
    return _first(shown, _NAMES) or " ".join(filter(None, parts))


def _first(shown: Fields, names: tuple[str, ...]) -> str:
    return next(filter(None, (text(shown.get(name)) for name in names)), "")
