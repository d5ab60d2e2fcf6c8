"""Why an account or a page was judged as it was, and what became of it.

Open cases by reference, what the rules weigh, and the evidence pack of a case of the demo. People
open and answer cases on the portal's pages, never at a shell.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor.app import App
from monitor.cli.context import (
    CliContext,
    Output,
    break_glass_option,
    demo_folder_option,
    json_option,
    open_district_or_demo,
    pass_cli_context,
)
from monitor.config.sections import load_weights
from monitor.db.files import PRIVATE_MODE, write_file
from monitor.domain.errors import CannotWriteError, InputError, NotPermittedError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import DiffMarkKind
from reports.labels import describe_field, format_site_name
from reports.wording import render_in_english, render_told

# Services bring nearly all of the program along: each is loaded when a command needs it.
if TYPE_CHECKING:
    from monitor.domain.case import Case
    from monitor.domain.detection.assessment import Explanation
    from monitor.domain.timeline import DiffMark, FieldDiff, TimelineEntry

NEEDS_BREAK_GLASS = (
    "Findings belong to the person they are about. --break-glass REASON prints this one. That is "
    "audited, and the person is notified at once."
)
FLAGGED_REFUSED = (
    "This finding has a case. Cases do not open on the command line. The person sees it on their "
    "own page, and two reviewers can open it on the review pages."
)


@click.command("explain")
@click.argument("finding")
@break_glass_option
@demo_folder_option
@json_option
@pass_cli_context
def explain_finding(
    context: CliContext, finding: str, reason: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """Print the evidence for whose a finding is: axis, bits, reason, totals and decision.

    FINDING is the reference in the email. Findings with a case are not printed here.
    """
    from monitor.domain.detection import assessment as assessments
    from monitor.services.break_glass import record_break_glass

    if reason is None and folder is None:
        raise NotPermittedError(NEEDS_BREAK_GLASS)
    with open_district_or_demo(context, folder) as (app, output):
        loaded_finding = app.db.findings.load_finding(resolve_finding_or_case(app, finding))
        if folder is None:
            refuse_flagged_finding(app, loaded_finding.id)
        assessment = app.db.findings.find_assessment(loaded_finding.id)
        if assessment is None:
            sentence = f"{loaded_finding.id} has not been assessed yet. The next sweep assesses it."
            raise InputError(sentence)
        if reason is not None and folder is None:
            record_break_glass(app, loaded_finding.person_id, Reason("seen.explanation"), reason)
        weights = load_weights(app.config.detection)
        found = assessments.explain_assessment(assessment, loaded_finding.portrait.kind, weights)
    if as_json:
        output.print_json(found)
    else:
        _print_explanation(found, output)


def resolve_finding_or_case(app: App, prefix: str) -> str:
    """Complete the id of a finding, or find the finding that a case is about."""
    case = app.db.cases.resolve_case_prefix(prefix)
    try:
        return app.db.cases.load_case(case).finding_id
    except InputError:
        return app.db.findings.resolve_finding_prefix(prefix)


def refuse_flagged_finding(app: App, finding_id: str) -> None:
    """Raise NotPermittedError for a finding with a case, open or decided."""
    if app.db.cases.list_cases_of_finding(finding_id):
        raise NotPermittedError(FLAGGED_REFUSED)


@dataclass(frozen=True, slots=True)
class _SumRow:
    name: str
    value: str


def _print_explanation(found: "Explanation", output: Output) -> None:
    output.print_table(
        ("axis", "bits", "evidence"),
        (
            (piece.axis, f"{piece.bits:+.1f}", render_in_english(piece.reason))
            for piece in found.evidence
        ),
    )
    output.print_line("")
    output.print_table(("sum", "value"), ((line.name, line.value) for line in _list_sums(found)))
    output.print_line("")
    for sentence in _describe_label(found):
        output.print_line(sentence)


def _list_sums(found: "Explanation") -> Iterator[_SumRow]:
    sums = found.sums
    yield _SumRow("claim", f"{sums.claim:+.1f} bits")
    yield _SumRow("control", f"{sums.control:+.1f} bits")
    yield _SumRow("imitation", f"{sums.imitation:+.1f} bits")
    yield _SumRow("mock", f"{sums.mock:+.1f} bits")
    yield _SumRow("total", f"{found.bits:+.1f} bits")
    if found.settled:
        return
    if found.priors is not None:
        yield _SumRow("prior of an impersonation", f"{found.priors.impersonation:+.1f} bits")
        yield _SumRow("prior of a mock account", f"{found.priors.mock:+.1f} bits")
    yield _SumRow("theirs", f"{found.chances.mine:.1%}")
    yield _SumRow("an impersonation", f"{found.chances.impersonation:.1%}")
    yield _SumRow("made by others about them", f"{found.chances.mock:.1%}")
    yield _SumRow("someone else's", f"{found.chances.other:.1%}")
    for answer in ("mine", "impersonation", "mock", "namesake", "unrelated", "unknown"):
        yield _SumRow(f"cost of label {answer}", f"{getattr(found.costs, answer):.1f} minutes")


def _describe_label(found: "Explanation") -> Iterator[str]:
    if found.settled:
        yield f"Label: {found.label}. The person said so, and that always decides."
    elif found.suggestion:
        yield f"Label: unknown. It may be {found.suggestion}, but only the person can say so."
    elif found.held_back and found.asked_for:
        yield f"Label: unknown. Where {found.asked_for} holds, the person is asked."
    elif found.held_back:
        yield "Label: unknown. A handle alone is not enough to say more."
    else:
        yield f"Label: {found.label}. It has the lowest cost of the labels that the name allows."
    yield from map(render_in_english, found.lowered_by)
    yield f"Weights: version {found.weights}."


_MARK_BRACKETS = {DiffMarkKind.ADDED: ("{+", "+}"), DiffMarkKind.REMOVED: ("[-", "-]")}


@click.command("timeline")
@click.argument("finding")
@break_glass_option
@demo_folder_option
@json_option
@pass_cli_context
def show_timeline(
    context: CliContext, finding: str, reason: str | None, folder: Path | None, *, as_json: bool
) -> None:
    """Print the history of a finding: versions, events, cases and decisions, oldest first.

    FINDING is the reference in the email. Findings with a case are not printed here. In changes,
    [-words-] were removed and {+words+} were added.
    """
    from monitor.services import finding_history
    from monitor.services.break_glass import record_break_glass

    if reason is None and folder is None:
        raise NotPermittedError(NEEDS_BREAK_GLASS)
    with open_district_or_demo(context, folder) as (app, output):
        loaded_finding = app.db.findings.load_finding(resolve_finding_or_case(app, finding))
        if folder is None:
            refuse_flagged_finding(app, loaded_finding.id)
        if reason is not None and folder is None:
            record_break_glass(app, loaded_finding.person_id, Reason("seen.history"), reason)
        moments = finding_history.build_finding_timeline(
            app, loaded_finding.person_id, loaded_finding.id
        )
    if as_json:
        output.print_json(moments)
        return
    output.print_table(
        ("when", "what", "details"),
        ((moment.at, moment.kind, _describe_moment(moment)) for moment in moments),
    )


def _describe_moment(moment: "TimelineEntry") -> str:
    if moment.number:
        first = f"version {moment.number}" + (
            f" by {format_site_name(moment.source)}" if moment.source else ""
        )
        return "\n".join((first, *map(_format_field_marks, moment.marks)))
    fields = ", ".join(map(describe_field, moment.fields))
    words = moment.word or "became a different finding; earlier answers no longer apply"
    return f"{words}: {fields}" if fields else words


def _format_field_marks(field: "FieldDiff") -> str:
    return f"{describe_field(field.field)}: {''.join(map(_format_mark, field.marks))}"


def _format_mark(mark: "DiffMark") -> str:
    before, after = _MARK_BRACKETS.get(mark.kind, ("", ""))
    return f"{before}{render_told(mark.text)}{after}"


EVIDENCE_REFUSED = (
    "Evidence belongs to the person, who downloads it on their own page. A reviewer can download "
    "it once it is shared. This command works for the demo only: add --demo FOLDER."
)


@click.command()
@click.argument("case")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=Path(),
    help="The folder to write to. Default: the current one.",
)
@demo_folder_option
@pass_cli_context
def evidence(context: CliContext, case: str, out: Path, folder: Path | None) -> None:
    """Write the evidence pack of CASE, a case in the demo, as a ZIP file."""
    from monitor.domain.vocabulary import Side
    from monitor.services import evidence as evidence_service
    from reports import evidence_pack

    if folder is None:
        raise NotPermittedError(EVIDENCE_REFUSED)
    with open_district_or_demo(context, folder) as (app, output):
        loaded_case = app.db.cases.load_case(app.db.cases.resolve_case_prefix(case))
        view = evidence_service.build_evidence_view(app, loaded_case, Side.PERSON)
        place = out / evidence_pack.format_pack_name(view)
        if place.exists():
            reason_not = f"{place} already exists. Move it, or choose another folder."
            raise CannotWriteError(reason_not)
        write_file(place, evidence_pack.build_evidence_pack(view), PRIVATE_MODE)
        output.print_line(f"Written: {place}")


@click.group()
def cases() -> None:
    """List open cases by reference. People open and answer cases on the portal only."""


@cases.command("list")
@json_option
@pass_cli_context
def list_cases(context: CliContext, *, as_json: bool) -> None:
    """List undecided cases: reference, kind, severity, state and age. No names, no addresses."""
    with context.open_app() as app:
        rows = [_build_case_row(app, case) for case in app.db.cases.list_undecided_cases()]
    if as_json:
        context.output.print_json(rows)
    elif rows:
        context.output.print_table(tuple(rows[0]), [tuple(row.values()) for row in rows])
    else:
        context.output.print_line("No open cases.")


def _build_case_row(app: App, case: "Case") -> dict[str, object]:
    # Loaded only where there is a case: it takes as long as all else of the command.
    from monitor.services.disclosure import find_review_opening

    return {
        "id": case.id,
        "kind": case.kind,
        "severity": case.severity,
        "state": case.state,
        "opened_at": case.opened_at,
        "to_it": "open" if find_review_opening(app, case) else "not yet",
    }


@click.group()
def weights() -> None:
    """Show what each detection rule weighs."""


@weights.command()
@json_option
@pass_cli_context
def show(context: CliContext, *, as_json: bool) -> None:
    """Show the weights in use, in bits, and where each figure comes from."""
    used = load_weights(context.config.detection)
    if as_json:
        context.output.print_json(used)
        return
    rows = ((name, bits, used.sources[name]) for name, bits in used.bits.items())
    context.output.print_table(("rule", "bits", "source of the figure"), rows)
    context.output.print_line(f"Weights in use: version {used.version}.")
