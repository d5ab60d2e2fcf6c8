"""Everything that was found about a person, in one list: one row for each page or account."""

from collections import Counter
from collections.abc import Iterator, Mapping

from monitor.app import App
from monitor.domain.item import Item, Presence
from monitor.domain.vocabulary import FindingGroup, OwnershipLabel
from monitor.services.feedback import list_pending_feedback
from monitor.services.findings import list_open_flags
from monitor.services.next_steps import list_progress_item_ids
from monitor.services.presenters import format_finding_title
from reports.labels import OWNERS
from reports.pages.findings import FindingLine

_GROUP_BY_LABEL: Mapping[OwnershipLabel, FindingGroup] = {
    OwnershipLabel.MINE: FindingGroup.MINE,
    OwnershipLabel.ABOUT_ME: FindingGroup.ABOUT_ME,
    OwnershipLabel.NAMESAKE: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.UNRELATED: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.IMPERSONATION: FindingGroup.SOMEONE_ELSE,
    OwnershipLabel.MOCK: FindingGroup.SOMEONE_ELSE,
    # Only a page of the district is never asked about.
    OwnershipLabel.UNKNOWN: FindingGroup.ABOUT_ME,
}


def list_findings(app: App, owner_id: str) -> tuple[FindingLine, ...]:
    """Return a line for each item of a person: what needs them first, then the newest."""
    order = list(FindingGroup)
    newest = sorted(
        _build_finding_lines(app, owner_id), key=lambda each: each.last_seen, reverse=True
    )
    newest.sort(key=lambda each: order.index(each.group))
    return tuple(newest)


def count_findings(lines: tuple[FindingLine, ...]) -> Mapping[FindingGroup, int]:
    """Count the lines of each group, in the order of the groups; none is left out."""
    counts = Counter(each.group for each in lines)
    return {group: counts[group] for group in FindingGroup}


def filter_findings(
    lines: tuple[FindingLine, ...], group: FindingGroup | None, words: str
) -> tuple[FindingLine, ...]:
    """Return the lines of a group, if one is given, that contain all of the words."""
    wanted = words.casefold().split()
    return tuple(
        each
        for each in lines
        if group in {None, each.group} and all(word in each.searchable_text for word in wanted)
    )


def _build_finding_lines(app: App, owner_id: str) -> Iterator[FindingLine]:
    waiting = {each.item.id for each in list_pending_feedback(app, owner_id)}
    waiting |= {flag.item_id for flag in list_open_flags(app, owner_id)}
    pursued = list_progress_item_ids(app, owner_id)
    for item in app.db.items.list_items_of_person(owner_id):
        label = app.db.items.find_item_label(item.id) or OwnershipLabel.UNKNOWN
        yield FindingLine(
            item_id=item.id,
            title=format_finding_title(item.portrait),
            url=item.portrait.url,
            platform=item.portrait.platform,
            whose=OWNERS[label],
            group=_choose_group(item, label, waiting=waiting, pursued=pursued),
            first_seen=item.first_seen,
            last_seen=item.last_seen,
        )


def _choose_group(
    item: Item, label: OwnershipLabel, *, waiting: set[str], pursued: frozenset[str]
) -> FindingGroup:
    if item.presence is Presence.GONE:
        return FindingGroup.GONE
    if item.id in pursued:
        return FindingGroup.IN_PROGRESS
    return FindingGroup.NEEDS_YOU if item.id in waiting else _GROUP_BY_LABEL[label]
