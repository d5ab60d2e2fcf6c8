"""The service of many districts as systemd meets it: a real process, real signals."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

from monitor.db.state_folder_lock import StateFolderLock
from monitor.scheduler.daemon import WakeSocket
from tests.monitor.made_districts import make_districts
from tests.monitor.supervised import PATIENCE, heard, listening

NAMES = ("birch", "cedar")


def test_the_service_is_ready_takes_up_its_districts_and_ends_when_asked(tmp_path: Path) -> None:
    folder = tmp_path / "districts"
    make_districts(folder, NAMES, 1, 1)
    (folder / "cedar" / "namesake.toml").write_text("state = 7", "utf-8")
    command = [sys.executable, "-m", "monitor", "run", "--districts", str(folder)]
    with listening(tmp_path) as systemd:
        environment = {"NOTIFY_SOCKET": str(systemd.getsockname()), "PATH": ""}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as service:
            try:
                assert "READY=1" in heard(systemd, "READY=1")
                assert "1 of 2 districts are set aside: cedar" in heard(systemd, "set aside")
                assert StateFolderLock(folder / "birch" / "state").is_locked()
                assert WakeSocket(folder / "birch" / "state").path.is_symlink()
                service.send_signal(signal.SIGTERM)
                assert service.wait(PATIENCE) == 0
            finally:
                service.kill()

    assert not StateFolderLock(folder / "birch" / "state").is_locked()
    assert not WakeSocket(folder / "birch" / "state").path.is_symlink()


def test_pages_are_there_while_postgresql_is_not_and_say_when_others_stop(tmp_path: Path) -> None:
    """Who wants to leave waits for no other machine."""
    make_districts(tmp_path / "districts", NAMES, 1, 1)
    pages = tmp_path / "pages.sock"
    config = tmp_path / "fleet.toml"
    config.write_text(
        f'[fleet]\ndistricts = "districts"\nlisten = "unix:{pages}"\n'
        'database = "postgresql://namesake@127.0.0.1:1/none"\n',
        "utf-8",
    )
    command = [sys.executable, "-m", "monitor", "--config", str(config), "portal"]
    with listening(tmp_path) as systemd:
        environment = {"NOTIFY_SOCKET": str(systemd.getsockname()), "PATH": ""}
        with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as portal:
            try:
                assert "READY=1" in heard(systemd, "READY=1")
                assert "stops within 600 seconds." in fetch_page(pages, "/join/left")
            finally:
                portal.kill()


def fetch_page(path: Path, page: str) -> str:
    """Fetch a page of the first district by the socket of the portal."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE)
        connection.connect(str(path))
        asked = f"GET {page} HTTP/1.0\r\nHost: namesake.birch.example\r\n\r\n"
        connection.sendall(asked.encode())
        with connection.makefile("r", encoding="utf-8") as answer:
            return answer.read()
