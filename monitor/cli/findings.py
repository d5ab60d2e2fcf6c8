"""Why an account or a page was judged as it was.

What became of an account or a page since it was first seen. The evidence pack of a flag of the
demo, written to a file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from monitor.cli.context import Desk, Output, as_json, break_glass, demo_folder, opened, pass_desk
from monitor.db.files import PRIVATE, put
from monitor.domain.detection.assessment import Explanation, explain
from monitor.domain.timeline import FieldMarks, Mark, MarkKind, Moment
from monitor.errors import CannotWriteError, InputError, NotPermittedError
from monitor.service import Service
from monitor.services.weights import load_weights
from reports.evidence_pack import pack, pack_name
from reports.labels import field_words

CLOSED = (
    "Findings belong to the person they are about. --break-glass REASON prints this one. That is "
    "audited, and the person is notified at once."
)
FLAGGED = (
    "This finding has a flag. Flags do not open on the command line. The person sees it on their "
    "own page, and two reviewers can open it on the review pages."
)


@click.command("explain")
@click.argument("item")
@break_glass
@demo_folder
@as_json
@pass_desk
def explain_(
    desk: Desk, item: str, reason: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """Print the evidence for whose an item is: axis, bits, reason, totals and decision.

    ITEM is the reference in the email. Findings with a flag are not printed here.
    """
    if reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        known = service.state.items.get(item_of(service, item))
        if folder is None:
            refuse_flagged(service, known.ref)
        assessment = service.state.items.assessment(known.ref)
        if assessment is None:
            sentence = f"{known.ref} has not been assessed yet. The next sweep assesses it."
            raise InputError(sentence)
        if reason is not None and folder is None:
            service.glass.broken(known.person, "Why a finding got its label", reason)
        weights = load_weights(service.config.detection)
        found = explain(assessment, known.portrait.kind, weights)
    if as_json:
        output.json(found)
    else:
        _print(found, output)


def item_of(service: Service, begun: str) -> str:
    """Complete the ref of an item, or find the item that a flag is about."""
    flag = service.state.flags.whole(begun)
    try:
        return service.state.flags.get(flag).item
    except InputError:
        return service.state.items.whole(begun)


def refuse_flagged(service: Service, item: str) -> None:
    """Raise NotPermittedError for a finding with a flag, open or decided."""
    if service.state.flags.of_item(item):
        raise NotPermittedError(FLAGGED)


@dataclass(frozen=True, slots=True)
class _Line:
    name: str
    value: str


def _print(found: Explanation, output: Output) -> None:
    output.table(
        ("axis", "bits", "evidence"),
        ((each.axis, f"{each.bits:+.1f}", each.told) for each in found.evidence),
    )
    output.say("")
    output.table(("sum", "value"), ((line.name, line.value) for line in _sums(found)))
    output.say("")
    for sentence in _sentences(found):
        output.say(sentence)


def _sums(found: Explanation) -> Iterator[_Line]:
    sums = found.sums
    yield _Line("claim", f"{sums.claim:+.1f} bits")
    yield _Line("control", f"{sums.control:+.1f} bits")
    yield _Line("imitation", f"{sums.imitation:+.1f} bits")
    yield _Line("total", f"{found.bits:+.1f} bits")
    if found.settled:
        return
    if found.prior is not None:
        yield _Line("prior of an impersonation", f"{found.prior:+.1f} bits")
    yield _Line("theirs", f"{found.chances.own:.1%}")
    yield _Line("an impersonation", f"{found.chances.impersonation:.1%}")
    yield _Line("someone else's", f"{found.chances.other:.1%}")
    for answer in ("own", "impersonation", "namesake", "unrelated", "unknown"):
        yield _Line(f"cost of label {answer}", f"{getattr(found.costs, answer):.1f} minutes")


def _sentences(found: Explanation) -> Iterator[str]:
    if found.settled:
        yield f"Label: {found.label}. The person said so, and that always decides."
    elif found.held_back and found.asked_for:
        yield f"Label: unknown. Where {found.asked_for} holds, the person is asked."
    elif found.held_back:
        yield "Label: unknown. A handle alone is not enough to say more."
    else:
        yield f"Label: {found.label}. It has the lowest cost of the labels that the name allows."
    yield from found.lowered_by
    yield f"Weights: version {found.weights}."


_SIGNS = {MarkKind.ADDED: ("{+", "+}"), MarkKind.REMOVED: ("[-", "-]")}


@click.command("timeline")
@click.argument("item")
@break_glass
@demo_folder
@as_json
@pass_desk
def timeline_(
    desk: Desk, item: str, reason: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """Print the history of an item: versions, events, flags and rulings, oldest first.

    ITEM is the reference in the email. Findings with a flag are not printed here. In changes,
    [-words-] were removed and {+words+} were added.
    """
    if reason is None and folder is None:
        raise NotPermittedError(CLOSED)
    with opened(desk, folder) as (service, output):
        known = service.state.items.get(item_of(service, item))
        if folder is None:
            refuse_flagged(service, known.ref)
        if reason is not None and folder is None:
            service.glass.broken(known.person, "The history of a finding", reason)
        moments = service.retracing.timeline(known.person, known.ref)
    if as_json:
        output.json(moments)
        return
    output.table(
        ("when", "what", "details"), ((each.at, each.kind, _told(each)) for each in moments)
    )


def _told(moment: Moment) -> str:
    if moment.number:
        first = f"version {moment.number}" + (f" by {moment.source}" if moment.source else "")
        return "\n".join((first, *map(_marked, moment.marks)))
    fields = ", ".join(map(field_words, moment.fields))
    said = moment.word or "became a different item; earlier rulings no longer apply"
    return f"{said}: {fields}" if fields else said


def _marked(field: FieldMarks) -> str:
    return f"{field_words(field.field)}: {''.join(map(_signed, field.marks))}"


def _signed(mark: Mark) -> str:
    before, after = _SIGNS.get(mark.kind, ("", ""))
    return f"{before}{mark.text}{after}"


EVIDENCE_CLOSED = (
    "Evidence belongs to the person, who downloads it on their own page. A reviewer can download "
    "it once it is shared. This command works for the demo only: add --demo FOLDER."
)


@click.command()
@click.argument("flag")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The folder to write to. Default: the current one.",
)
@demo_folder
@pass_desk
def evidence(desk: Desk, flag: str, out: Path, folder: Path | None) -> None:
    """Write the evidence pack of FLAG, a flag in the demo, as a ZIP file."""
    if folder is None:
        raise NotPermittedError(EVIDENCE_CLOSED)
    with opened(desk, folder) as (service, output):
        known = service.state.flags.get(service.state.flags.whole(flag))
        view = service.casework.evidence.of(known)
        place = out / pack_name(view)
        if place.exists():
            reason_not = f"{place} already exists. Move it, or choose another folder."
            raise CannotWriteError(reason_not)
        put(place, pack(view), PRIVATE)
        output.say(f"Written: {place}")
