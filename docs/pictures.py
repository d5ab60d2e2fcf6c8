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

from docs.page_pictures import draw_pages
from monitor.cli.demo import print_story
from monitor.demo.data import compute_sweep_time

IMAGES = Path(__file__).parent / "images"
DEMO = Path("namesake-demo")
COLUMNS = 108
WIDTH = 700
# While a page is measured, the window must be lower than the page.
MEASURING_HEIGHT = 200
TIMEOUT_SECONDS = 60
CHROMIUM_FLAGS = (
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
# The footer below the sheet is not in the picture.
MEASURING_SCRIPT = """<script>
const sheet = document.querySelector(".sheet").getBoundingClientRect();
document.title = Math.ceil(sheet.bottom + sheet.top);
</script>"""
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
MEASURED_HEIGHT = re.compile(r"<title>(\d+)</title>")
SCHEMES = {"light": "1", "dark": "0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An email of the demo, found by a file name pattern, in a color scheme."""

    name: str
    email: str
    scheme: str = "light"


WEEK_2 = f"{compute_sweep_time(2):%Y-%m-%d}"
WEEK_3 = f"{compute_sweep_time(3):%Y-%m-%d}"
PICTURES = (
    Picture(name="digest", email=f"{WEEK_2}-digest-maria.*.eml"),
    Picture(name="digest-dark", email=f"{WEEK_2}-digest-maria.*.eml", scheme="dark"),
    Picture(name="review", email=f"{WEEK_3}-review-*.eml"),
)


@dataclass(frozen=True, slots=True)
class Browser:
    """Chromium with a fresh profile. `folder` holds the profile and the page to draw."""

    program: str
    folder: Path

    def draw_email(self, html: str, scheme: str, to: Path) -> None:
        measured = self._run_chromium(html + MEASURING_SCRIPT, MEASURING_HEIGHT, "--dump-dom")
        colors = f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"
        self._run_chromium(html, parse_height(measured), colors, f"--screenshot={to}")

    def _run_chromium(self, html: str, height: int, *flags: str) -> str:
        file = self.folder / "page.html"
        file.write_text(html, "utf-8")
        size = f"--window-size={WIDTH},{height}"
        profile = f"--user-data-dir={self.folder / 'profile'}"
        done = subprocess.run(
            [self.program, *CHROMIUM_FLAGS, profile, size, *flags, file.as_uri()],
            capture_output=True,
            check=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
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
        (IMAGES / "demo.svg").write_text(draw_terminal(), "utf-8")
        browser = Browser(program, Path(folder))
        for picture in PICTURES:
            to = IMAGES / f"{picture.name}.png"
            browser.draw_email(load_html(picture.email), picture.scheme, to)
        draw_pages(DEMO, IMAGES)
    for path in sorted(IMAGES.iterdir()):
        sys.stdout.write(f"{path.name}: {path.stat().st_size // 1000} kB\n")


def draw_terminal() -> str:
    """Play the demo, and return its terminal as SVG, without a font from the web."""
    console = Console(
        record=True,
        width=COLUMNS,
        file=StringIO(),
        highlight=False,
        force_terminal=True,
        color_system="truecolor",
    )
    print_story(DEMO, console)
    return re.sub(FONT_FACE, "", console.export_svg(title="make demo"))


def load_html(pattern: str) -> str:
    path = next(list_emails(pattern))
    body = message_from_bytes(path.read_bytes(), policy=policy.default).get_body(("html",))
    if body is None:
        sys.exit(f"{path.name} has no HTML.")
    return str(body.get_content())


def list_emails(pattern: str) -> Iterator[Path]:
    yield from sorted((DEMO / "state" / "outbox").glob(pattern))


def parse_height(dom: str) -> int:
    match = MEASURED_HEIGHT.search(dom)
    if match is None:
        sys.exit("Chromium did not measure the email.")
    return int(match.group(1))


if __name__ == "__main__":
    main()
