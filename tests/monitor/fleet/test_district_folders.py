"""What a district of many is lent, what is its own, and by which names it goes."""

import subprocess
import sys
from pathlib import Path

import pytest

from monitor.app import Environment
from monitor.cli.context import CliContext
from monitor.config.sections import read_secret
from monitor.domain.errors import ConfigError, InputError
from monitor.fleet.cli.context import open_home
from monitor.fleet.config import FleetConfig, FleetFile
from monitor.fleet.district_folders import (
    DISTRICT_CONFIG,
    NEVER_LENT,
    REMOVED_SUFFIX,
    DistrictFolder,
    build_district_environment,
    check_new_name,
    list_district_folders,
    list_exposed_secrets,
    rename_folder,
)


@pytest.fixture
def cedar(tmp_path: Path) -> DistrictFolder:
    path = tmp_path / "cedar"
    (path / "secrets").mkdir(parents=True)
    (path / DISTRICT_CONFIG).touch()
    return DistrictFolder(name="cedar", path=path)


def test_api_keys_are_lent_and_a_district_s_own_goes_first(
    cedar: DistrictFolder, tmp_path: Path
) -> None:
    handed = tmp_path / "credentials"
    handed.mkdir()
    (handed / "brave-key").write_text("of the agency\n", "utf-8")
    (cedar.path / "secrets" / "kagi-key").write_text("of cedar\n", "utf-8")
    (cedar.path / "secrets" / "scim-token").write_text("of cedar, too", "utf-8")
    variables = {
        "CREDENTIALS_DIRECTORY": str(handed),
        "NAMESAKE_KAGI_KEY": "of the agency",
        "PATH": "/bin",
    }

    own = build_district_environment(Environment(variables=variables), cedar).variables

    assert read_secret("brave-key", own) == "of the agency"
    assert read_secret("kagi-key", own) == "of cedar"
    assert read_secret("scim-token", own) == "of cedar, too"
    assert own["PATH"] == "/bin"


def test_a_secret_that_pages_need_not_know_is_handed_to_the_service_alone(
    cedar: DistrictFolder, tmp_path: Path
) -> None:
    handed = tmp_path / "credentials"
    handed.mkdir()
    for name in ("district.cedar.bounces-password", "district.cedar.kagi-key"):
        (handed / name).write_text("of cedar\n", "utf-8")
    (handed / "district.oak.brave-key").write_text("of oak\n", "utf-8")
    (handed / "kagi-key").write_text("of the agency\n", "utf-8")
    (cedar.path / "secrets" / "kagi-key").write_text("an older one\n", "utf-8")

    service, pages = (
        build_district_environment(Environment(variables=variables), cedar).variables
        for variables in ({"CREDENTIALS_DIRECTORY": str(handed)}, {})
    )

    assert read_secret("bounces-password", service) == "of cedar"
    assert read_secret("kagi-key", service) == "of cedar"
    assert read_secret("brave-key", service) == ""
    assert read_secret("bounces-password", pages) == ""


def test_what_init_stores_for_the_pages_in_a_container_is_read(cedar: DistrictFolder) -> None:
    (cedar.path / "secrets" / "portal").mkdir()
    (cedar.path / "secrets" / "portal" / "scim-token").write_text("of cedar", "utf-8")

    own = build_district_environment(Environment(variables={}), cedar).variables

    assert read_secret("scim-token", own) == "of cedar"


def test_what_the_pages_could_read_in_vain_is_named(cedar: DistrictFolder) -> None:
    (cedar.path / "secrets" / "portal").mkdir()
    for name in ("scim-token", "oidc-secret", "metrics-token", "smtp-password"):
        (cedar.path / "secrets" / name).write_text("of cedar", "utf-8")

    assert list_exposed_secrets(cedar) == ("smtp-password",)


@pytest.mark.parametrize("name", sorted(NEVER_LENT))
def test_what_tells_districts_apart_is_never_lent(cedar: DistrictFolder, name: str) -> None:
    variables = {f"NAMESAKE_{name.upper().replace('-', '_')}": "of the agency"}

    own = build_district_environment(Environment(variables=variables), cedar).variables

    assert read_secret(name, own) == ""


def test_a_folder_without_a_configuration_is_no_district(
    cedar: DistrictFolder, tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("cedar.removed", "Upper", ".hidden"):
        (tmp_path / name).mkdir()
        (tmp_path / name / DISTRICT_CONFIG).touch()

    assert list_district_folders(tmp_path) == (cedar,)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere cannot be read"):
        list_district_folders(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["", "Oak", "oak park", "../oak", "-oak", "oak.removed", "o" * 64])
def test_a_name_is_one_that_fits_logs_and_metrics(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="lower-case letters"):
        check_new_name(tmp_path, name)


def test_a_district_is_not_moved_over_one_that_left_before(
    cedar: DistrictFolder, tmp_path: Path
) -> None:
    (tmp_path / "cedar.removed").mkdir()

    with pytest.raises(InputError, match="exists from before"):
        rename_folder(cedar, REMOVED_SUFFIX)
    assert cedar.config_path.exists()


def test_a_fleet_that_names_no_database_loads_nothing_of_postgresql() -> None:
    program = (
        "import sys; import monitor.fleet.cli.fleet, monitor.cli.portal, monitor.cli.run; "
        "sys.exit(bool({'psycopg', 'psycopg_pool', 'procrastinate'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], check=False, timeout=600)

    assert done.returncode == 0


def test_a_database_without_the_extra_is_told_with_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "monitor.fleet.db.crawl_limits", None)
    file = FleetFile(fleet=FleetConfig(districts=tmp_path, database="postgresql://db/fleet"))

    with (
        pytest.raises(ConfigError, match=r"requirements-fleet\.txt"),
        open_home(CliContext(tmp_path / "fleet.toml", Environment()), file),
    ):
        raise AssertionError
