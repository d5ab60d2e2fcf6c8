"""Which address holds an office today, a reviewer's or an operator's, by its ID."""

from monitor.app import App
from monitor.config.sections import DistrictConfig
from monitor.domain.person import build_operator_id, build_reviewer_id


def find_office_address(office_id: str, district: DistrictConfig) -> str:
    """Return the address that holds an office today, or nothing if it holds none anymore."""
    addresses = {
        **_list_reviewers(district),
        **{build_operator_id(operator): operator for operator in district.operators},
    }
    return addresses.get(office_id, "")


def find_reviewer_address(app: App, reviewer_id: str) -> str:
    """Return the address of a reviewer's ID; the ID itself if they left the list."""
    return _list_reviewers(app.config.district).get(reviewer_id, reviewer_id)


def _list_reviewers(district: DistrictConfig) -> dict[str, str]:
    return {build_reviewer_id(reviewer): reviewer for reviewer in district.reviewers}
