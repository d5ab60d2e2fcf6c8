"""What an annex does in the use cases of the core: each method is called at one place of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from monitor.annexes import load_annex_parts
from monitor.app import App
from monitor.config.sections import Config
from monitor.db.database import Database
from monitor.domain.health import HealthResult
from monitor.services.person_records import PersonRecords
from reports.data_export import ExportPart


class AnnexServices:
    """An annex overrides what it does; as they stand here, these do nothing."""

    def list_needed_secrets(self, config: Config) -> tuple[str, ...]:
        """Return the secrets that a configuration does not work without."""
        del config
        return ()

    def check_health(
        self, config: Config, db: Database, now: datetime, variables: Mapping[str, str] | None
    ) -> Iterator[HealthResult]:
        """Yield how it fares; `variables` have the secrets, None where no one may look at them."""
        del config, db, now, variables
        return iter(())

    def read_staff_states(self, db: Database) -> Mapping[bytes, bool]:
        """Tell of addresses, by their keyed hash, whether they are of staff now.

        It counts more than a staff file, which knows later who came and who left.
        """
        del db
        return {}

    def delete_unused(self, app: App) -> None:
        """Delete what is past its period, as far as no declaration of a table says so."""
        del app

    def build_export_parts(self, records: PersonRecords) -> Iterator[ExportPart]:
        """Yield what the page with all of one's data says of the records of its tables."""
        del records
        return iter(())


def read_staff_states(db: Database) -> Mapping[bytes, bool]:
    """Tell of each address that an annex knows, by its keyed hash, whether it is of staff now."""
    states: dict[bytes, bool] = {}
    for part in load_annex_parts(AnnexServices):
        states |= part.read_staff_states(db)
    return states


def list_active_staff(db: Database) -> frozenset[bytes]:
    """Return the keyed hashes of addresses that an annex knows to be of staff."""
    return frozenset(mark for mark, active in read_staff_states(db).items() if active)
