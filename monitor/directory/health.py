"""How the staff directory fares, in numbers without names."""

from datetime import datetime

from monitor.domain.english_dates import format_date
from monitor.domain.errors import ConfigError
from monitor.domain.health import HealthResult, report_failure, report_ok, report_warning
from monitor.domain.reason import Reason


def assess_directory(
    written_at: datetime | None, *, newcomers: int, leavers: int, has_token: bool
) -> HealthResult:
    """Say when the staff directory last wrote, and whether someone waits for an operator."""
    part = "directory"
    if not has_token:
        message = "The portal does not start: SCIM is on, and there is no secret scim-token."
        remedy = "Make one: see docs/directory.md, or remove `scim` under [staff]."
        return report_failure(part, message, remedy, ConfigError.exit_code)
    if written_at is None:
        message = "SCIM is on, and the staff directory has not written yet."
        return report_warning(part, message, "Connect it: see docs/directory.md.")
    message = f"SCIM is on. The staff directory last wrote on {format_date(written_at)}."
    if newcomers:
        remedy = "Open the list of new people on the Service page."
        return report_warning(part, f"{message} New and not invited: {newcomers}.", remedy)
    if leavers:
        return report_warning(
            part, f"{message} People it no longer lists: {leavers}.", Reason("remedy.leavers")
        )
    return report_ok(part, message)
