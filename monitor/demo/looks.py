"""How the pages of the made-up web look: templates in `web/`."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


def render(template: str, **context: object) -> str:
    return _templates().get_template(template).render(**context)


@cache
def _templates() -> Environment:
    loader = PackageLoader("monitor.demo", "web")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
