"""Draw the pictures of the README from the demo: `make screenshots`."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass
from email import message_from_bytes, policy
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from docs.page_pictures import draw
from monitor.cli.demo import print_story
from monitor.demo import data as days

IMAGES = Path(__file__).parent / "images"
DEMO = Path("namesake-demo")
COLUMNS = 108
WIDTH = 700
# A window that is too low grows a scroll bar while it is measured.
LOW = 200
PATIENCE = 60
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The small print beneath the sheet is left out of the picture.
MEASURE = """<script>
const sheet = document.querySelector(".sheet").getBoundingClientRect();
document.title = Math.ceil(sheet.bottom + sheet.top);
</script>"""
FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
MEASURED = re.compile(r"<title>(\d+)</title>")
SCHEMES = {"light": "1", "dark": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A letter of the demo, found by a pattern, in a colour scheme."""

    name: str
    letter: str
    scheme: str = "light"


WEEK_2 = f"{days.compute_sweep_time(2):%Y-%m-%d}"
WEEK_3 = f"{days.compute_sweep_time(3):%Y-%m-%d}"
PICTURES = (
    Picture(name="digest", letter=f"{WEEK_2}-digest-maria.*.eml"),
    Picture(name="digest-dark", letter=f"{WEEK_2}-digest-maria.*.eml", scheme="dark"),
    Picture(name="review", letter=f"{WEEK_3}-review-*.eml"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium with a fresh profile; `folder` is where profile and pages lie meanwhile."""

    program: str
    folder: Path

    def draw(self, page: str, scheme: str, to: Path) -> None:
        height = int(found(MEASURED, self._run(page + MEASURE, LOW, "--dump-dom")))
        colours = f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"
        self._run(page, height, colours, f"--screenshot={to}")

    def _run(self, page: str, height: int, *flags: str) -> str:
        file = self.folder / "page.html"
        file.write_text(page, "utf-8")
        size = f"--window-size={WIDTH},{height}"
        profile = f"--user-data-dir={self.folder / 'profile'}"
        done = subprocess.run(
            [self.program, *QUIET, profile, size, *flags, file.as_uri()],
            capture_output=True,
            check=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout


def main() -> None:
    program = shutil.which("chromium")
    if program is None:
        sys.exit(
            "The pictures need chromium on the PATH (Debian and Ubuntu: apt install chromium)."
        )
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, chdir(folder):
        (IMAGES / "demo.svg").write_text(terminal(), "utf-8")
        browser = Browser(program, Path(folder))
        for picture in PICTURES:
            to = IMAGES / f"{picture.name}.png"
            browser.draw(html(picture.letter), picture.scheme, to)
        draw(DEMO, IMAGES)
    for path in sorted(IMAGES.iterdir()):
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB\n")


def terminal() -> str:
    """Play the demo, and draw its terminal without a font from elsewhere."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=StringIO(),
        highlight=False,
        force_terminal=True,
        color_system="truecolor",
    )
    print_story(DEMO, console)
    return re.sub(FONT, "", console.export_svg(title="make demo"))


def html(letter: str) -> str:
    path = next(letters(letter))
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("html",))
    if body is None:
        sys.exit(f"{path.name} has no HTML.")
    return str(body.get_content())


def letters(pattern: str) -> Iterator[Path]:
    yield from sorted((DEMO / "state" / "outbox").glob(pattern))


def found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    if match is None:
        sys.exit("Chromium did not measure the page.")
    return match.group(1)


if __name__ == "__main__":
    main()
