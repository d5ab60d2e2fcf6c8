"""A district is opened whole, or not at all."""

import pytest
from msgspec import structs

from monitor.app import Environment, open_app, open_portal_app
from monitor.config import DetectionConfig
from monitor.db.database import Database
from monitor.demo import setup as stage
from monitor.domain.errors import ConfigError


@pytest.mark.parametrize("opening", [open_app, open_portal_app])
def test_a_bad_file_of_weights_keeps_a_district_from_opening(tmp_path, opening):
    config = stage.build_config(tmp_path)
    config = structs.replace(
        config,
        detection=DetectionConfig(weights=tmp_path / "none.toml"),
        students=structs.replace(config.students, enabled=False),
    )
    Database.create_or_open_folder(config.state).close()

    with pytest.raises(ConfigError, match=r"none\.toml"), opening(config, Environment()):
        pass
