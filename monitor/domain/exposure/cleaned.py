"""A finding as it may be kept: without secrets, and of private contacts only kind and place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from monitor.domain.exposure.contacts import ContactKind, Workplace, contacts_in, masked
from monitor.domain.exposure.secrets import redacted, redacted_address
from monitor.domain.person import PersonName
from scrapers.finding import Finding

TEXTS = ("title", "snippet", "name", "bio", "location")
LINKS = "links"
_SCHEMES = {"tel": ContactKind.PHONE, "sms": ContactKind.PHONE, "mailto": ContactKind.MAIL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposed:
    """A kind of private contact, and the field of a finding that shows one."""

    kind: ContactKind
    place: str

    @classmethod
    def read(cls, written: str) -> "Exposed":
        kind, _, place = written.partition(":")
        return cls(kind=ContactKind(kind), place=place)

    @property
    def written(self) -> str:
        return f"{self.kind}:{self.place}"


def cleaned(finding: Finding, name: PersonName, work: Workplace) -> Finding:
    """Return a finding about somebody without what nobody may keep.

    What their own district shows on its own pages is there to be seen, and stays.
    """
    bare = _redacted(finding)
    if _of_district(bare, work):
        return bare
    texts = {field: getattr(bare, field) for field in TEXTS}
    shown = {field: contacts_in(text, name, work) for field, text in texts.items()}
    exposed = {Exposed(kind=each.kind, place=place) for place in shown for each in shown[place]}
    exposed |= {Exposed(kind=kind, place=LINKS) for kind in _in_links(bare, name, work)}
    told: dict[str, Any] = {field: masked(texts[field], shown[field]) for field in TEXTS}
    return replace(
        bare,
        **told,
        links=tuple(link for link in bare.links if _scheme(link) not in _SCHEMES),
        exposed=tuple(sorted(each.written for each in exposed)),
    )


def _redacted(finding: Finding) -> Finding:
    texts: dict[str, Any] = {field: redacted(getattr(finding, field)) for field in TEXTS}
    return replace(
        finding,
        **texts,
        key=redacted_address(finding.key),
        url=redacted_address(finding.url),
        links=tuple(map(redacted_address, finding.links)),
    )


def _in_links(finding: Finding, name: PersonName, work: Workplace) -> Iterator[ContactKind]:
    for link in finding.links:
        kind = _SCHEMES.get(_scheme(link))
        _, _, address = link.partition(":")
        text = f"call {address}" if kind is ContactKind.PHONE else address
        if kind and any(each.kind is kind for each in contacts_in(text, name, work)):
            yield kind


def _scheme(link: str) -> str:
    return link.partition(":")[0].strip().casefold()


def _of_district(finding: Finding, work: Workplace) -> bool:
    try:
        host = urlsplit(finding.url).hostname or ""
    except ValueError:
        return False
    return any(host == each or host.endswith(f".{each}") for each in work.domains)
