"""Why an account or a page was judged as it was, and what happened to it.

Open cases by reference, and what the rules weigh. People open and answer cases on the portal's
pages, never at a shell.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from monitor.app import App
from monitor.cli.context import (
    CliContext,
    Output,
    break_glass_option,
    holds_invented_people,
    json_option,
    pass_cli_context,
)
from monitor.config.sections import load_weights
from monitor.domain.errors import InputError, NotPermittedError
from monitor.domain.reason import Reason
from monitor.domain.vocabulary import DiffMarkKind
from reports.labels.cases import CASE_KINDS, CASE_STATES, REFERENCE, SEVERITIES
from reports.labels.findings import describe_field, format_site_name
from reports.reason_rendering import render_in_english, render_told

# Services bring nearly all of the program along: each is loaded when a command needs it.
if TYPE_CHECKING:
    from monitor.domain.case import Case
    from monitor.domain.detection.assessment import Explanation
    from monitor.domain.finding import Finding
    from monitor.domain.timeline import DiffMark, FieldDiff, TimelineEntry

NEEDS_BREAK_GLASS = (
    "Findings belong to the person they are about. --break-glass REASON prints this one. That is "
    "audited, and the person is notified at once."
)
FLAGGED_REFUSED = (
    "This finding has a case. Cases do not open on the command line. The person sees it on their "
    "own page, and two reviewers can open it on the review pages."
)


@click.command()
@click.argument("finding", required=False)
@click.option(
    "--history",
    is_flag=True,
    help="Print its history instead: versions, events, cases and decisions, oldest first.",
)
@click.option("--weights", is_flag=True, help="Show the weight of each rule, and its source.")
@break_glass_option
@json_option
@pass_cli_context
def explain(
    context: CliContext, /, finding: str | None, reason: str | None, *, as_json: bool, **flags: bool
) -> None:
    """Print the evidence for who owns a finding: axis, bits, reason, totals and decision.

    FINDING is the reference in the email. Findings with a case are not printed here. In changes of
    a history, [-words-] were removed and {+words+} were added.
    """
    history = flags["history"]
    if (finding is None) is not flags["weights"]:
        raise click.UsageError("Name a FINDING, or use --weights.")
    if finding is None:
        _print_weights(context, as_json=as_json)
        return
    from monitor.services.break_glass import record_break_glass

    output = context.output
    with context.open_app() as app:
        is_demo = holds_invented_people(context, app)
        if reason is None and not is_demo:
            raise NotPermittedError(NEEDS_BREAK_GLASS)
        loaded_finding = app.db.findings.load_finding(resolve_finding_or_case(app, finding))
        if not is_demo:
            refuse_flagged_finding(app, loaded_finding.id)
        told = (_build_history if history else _build_explanation)(app, loaded_finding)
        if reason is not None:
            seen = Reason("seen.history" if history else "seen.explanation")
            record_break_glass(app, loaded_finding.person_id, seen, reason)
    if as_json:
        output.print_json(told)
    elif isinstance(told, tuple):
        output.print_table(
            ("when", "what", "details"),
            ((moment.at, moment.kind, _describe_moment(moment)) for moment in told),
        )
    else:
        _print_explanation(told, output)


def _build_explanation(app: App, finding: "Finding") -> "Explanation":
    from monitor.domain.detection import assessment as assessments

    assessment = app.db.findings.find_assessment(finding.id)
    if assessment is None:
        raise InputError(f"{finding.id} has not been assessed yet. The next sweep assesses it.")
    weights = load_weights(app.config.detection)
    return assessments.explain_assessment(assessment, finding.portrait.kind, weights)


def _build_history(app: App, finding: "Finding") -> "tuple[TimelineEntry, ...]":
    from monitor.services import finding_history

    return tuple(finding_history.build_finding_timeline(app, finding.person_id, finding.id))


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


def _print_explanation(found: "Explanation", output: Output) -> None:
    output.print_table(
        ("axis", "bits", "evidence"),
        (
            (piece.axis, f"{piece.bits:+.1f}", render_in_english(piece.reason))
            for piece in found.evidence
        ),
    )
    output.print_line("")
    output.print_table(("sum", "value"), _list_sums(found))
    output.print_line("")
    for sentence in _describe_label(found):
        output.print_line(sentence)


def _list_sums(found: "Explanation") -> Iterator[tuple[str, str]]:
    sums = found.sums
    yield "claim", f"{sums.claim:+.1f} bits"
    yield "control", f"{sums.control:+.1f} bits"
    yield "imitation", f"{sums.imitation:+.1f} bits"
    yield "mock", f"{sums.mock:+.1f} bits"
    yield "total", f"{found.bits:+.1f} bits"
    if found.settled:
        return
    if found.priors is not None:
        yield "prior of an impersonation", f"{found.priors.impersonation:+.1f} bits"
        yield "prior of a mock account", f"{found.priors.mock:+.1f} bits"
        yield "temperature", f"{found.priors.temperature:.2f}"
    yield "theirs", f"{found.chances.mine:.1%}"
    yield "an impersonation", f"{found.chances.impersonation:.1%}"
    yield "made by others about them", f"{found.chances.mock:.1%}"
    yield "someone else's", f"{found.chances.other:.1%}"
    for answer in ("mine", "impersonation", "mock", "namesake", "unrelated", "unknown"):
        yield f"cost of label {answer}", f"{getattr(found.costs, answer):.1f} minutes"


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


@click.command("cases")
@json_option
@pass_cli_context
def list_cases(context: CliContext, *, as_json: bool) -> None:
    """List undecided cases: reference, kind, severity, state and age. No names, no addresses.

    A case that is in progress or done is not among them. People open and answer cases on the
    portal only.
    """
    with context.open_app() as app:
        rows = [_build_case_row(app, case) for case in app.db.cases.list_undecided_cases()]
    if as_json:
        context.output.print_json(rows)
        return
    if rows:
        columns = ("reference", "kind", "severity", "state", "flagged", "IT")
        context.output.print_table(columns, [_describe_case_row(row) for row in rows])
    else:
        context.output.print_line("No open cases.")
    context.output.print_line("Cases that somebody has decided on are not listed.")


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


def _describe_case_row(row: dict[str, Any]) -> tuple[object, ...]:
    """Say it in the words of the pages."""
    return (
        row["id"][:REFERENCE],
        CASE_KINDS[row["kind"]],
        SEVERITIES[row["severity"]],
        CASE_STATES[row["state"]],
        row["opened_at"],
        row["to_it"],
    )


def _print_weights(context: CliContext, *, as_json: bool) -> None:
    """Show the weights in use, in bits, and where each figure comes from."""
    used = load_weights(context.config.detection)
    if as_json:
        context.output.print_json(used)
        return
    rows = ((name, bits, used.sources[name]) for name, bits in used.bits.items())
    context.output.print_table(("rule", "bits", "source of the figure"), rows)
    context.output.print_line(f"Weights in use: version {used.version}.")
