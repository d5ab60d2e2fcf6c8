"""What the use cases of the core ask the staff directory."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.app import App
from monitor.config.sections import MIN_TOKEN_LENGTH, Config, read_secret
from monitor.db.database import Database
from monitor.directory.config import find_directory_mode
from monitor.directory.health import assess_directory
from monitor.directory.names import SCIM_TOKEN
from monitor.directory.scim_user import DirectoryUser
from monitor.directory.tables import find_directory
from monitor.domain.health import HealthResult, report_ok
from monitor.services.annex_services import AnnexServices
from monitor.services.person_records import PersonRecords
from reports.data_export import ExportPart


class DirectoryServices(AnnexServices):
    def list_needed_secrets(self, config: Config) -> tuple[str, ...]:
        return (SCIM_TOKEN,) if find_directory_mode(config) else ()

    def check_health(
        self,
        config: Config,
        db: Database,
        now: datetime,  # noqa: ARG002 - as all annexes are asked
        variables: Mapping[str, str] | None,
    ) -> Iterator[HealthResult]:
        """Say whether the staff directory writes by SCIM, when it last did, and who waits."""
        if find_directory_mode(config) is None:
            yield report_ok("directory", "No staff directory writes by SCIM.")
            return
        users = find_directory(db)
        has_file = db.staff_listings.find_last_import() is not None
        yield assess_directory(
            users.find_last_write() if users else None,
            newcomers=users.count_newcomers() if users else 0,
            # Beside a staff file, its own line says so.
            leavers=0 if has_file else len(db.staff_listings.list_missing()),
            has_token=variables is None
            or len(read_secret(SCIM_TOKEN, variables)) >= MIN_TOKEN_LENGTH,
        )

    def read_staff_states(self, db: Database) -> Mapping[bytes, bool]:
        users = find_directory(db)
        return users.read_states() if users else {}

    def delete_unused(self, app: App) -> None:
        """Forget everything that a directory wrote, where SCIM is turned off."""
        users = find_directory(app.db)
        if users is None or find_directory_mode(app.config) or users.find_last_write() is None:
            return
        users.delete_all()
        if app.db.staff_listings.find_last_import() is None:
            app.db.staff_listings.delete_listings()

    def build_export_parts(self, records: PersonRecords) -> Iterator[ExportPart]:
        return map(_build_export_part, records.list_of(DirectoryUser))


def _build_export_part(user: DirectoryUser) -> ExportPart:
    return ExportPart(
        title="Your district's staff directory",
        about="What it sent about you. It does not learn whether you joined.",
        columns=("Address", "Name", "Job title", "Its ID of you", "Active"),
        rows=(
            (
                user.user_name,
                f"{user.given} {user.family}",
                user.title,
                user.external_id,
                "yes" if user.active else "no",
            ),
        ),
    )


DIRECTORY_SERVICES = DirectoryServices()
