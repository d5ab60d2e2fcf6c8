"""Hand MkDocs the pages of the repository, from where they are, and the files that they link to."""

import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
AT_THE_TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md")
LINK = re.compile(r"\]\(([^)\s#:]+)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List each decision where the navigation names their folder."""
    config.nav = _fill_in(config.nav)
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    pages = [*(ROOT / name for name in AT_THE_TOP), *sorted((ROOT / "docs").rglob("*.md"))]
    linked = {link for page in pages for link in _list_links(page)}
    for path in [*pages, *sorted(linked - {*pages})]:
        name = path.relative_to(ROOT).as_posix()
        files.append(File(name, str(ROOT), config.site_dir, use_directory_urls=False))
    return files


def on_page_markdown(markdown: str, page: Page, **_more: object) -> str:
    """Leave what is over out of the search: it has words of everything."""
    if page.file.src_uri == "CHANGELOG.md":
        page.meta["search"] = {"exclude": True}
    return markdown


def _fill_in(nav: object) -> object:
    match nav:
        case str() if nav.endswith("/"):
            return [path.relative_to(ROOT).as_posix() for path in _list_folder(ROOT / nav)]
        case list():
            return [_fill_in(nav_item) for nav_item in nav]
        case dict():
            return {title: _fill_in(nav_item) for title, nav_item in nav.items()}
    return nav


def _list_folder(folder: Path) -> list[Path]:
    """Return a folder's pages, its front page first."""
    return sorted(folder.glob("*.md"), key=lambda path: (path.name != "README.md", path.name))


def _list_links(page: Path) -> set[Path]:
    """Return the files of the repository that a page links to or shows."""
    found = {(page.parent / link).resolve() for link in LINK.findall(page.read_text("utf-8"))}
    return {path for path in found if path.is_file()}
