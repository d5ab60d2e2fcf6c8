"""What in a piece of code can open a connection, or start something that can.

It reads the code and does not run it: it is for people who forget, not for people who hide.
"""

import ast
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

# What can open or accept a connection. Of `http`, `urllib` and `lxml` that is only a part.
NETWORK = (
    "_socket",
    "_ssl",
    "aiohttp",
    "anyio",
    "apprise",
    "asyncio",
    "authlib.integrations",
    "curl_cffi",
    "dns",
    "ftplib",
    "grpc",
    "h11",
    "h2",
    "http.client",
    "http.server",
    "httpcore",
    "httpx",
    "imaplib",
    "logging.handlers",
    "lxml.etree.parse",
    "lxml.html.parse",
    "lxml.html.submit_form",
    "multiprocessing.connection.Client",
    "multiprocessing.connection.Listener",
    "multiprocessing.managers",
    "nntplib",
    "paramiko",
    "poplib",
    "procrastinate",
    "psycopg",
    "psycopg_pool",
    "pycurl",
    "requests",
    "smtplib",
    "socket",
    "socketserver",
    "ssl",
    "telnetlib",
    "trio",
    "urllib.request",
    "urllib.robotparser",
    "urllib3",
    "waitress",
    "webbrowser",
    "websocket",
    "websockets",
    "werkzeug.serving",
    "wsgiref",
    "xmlrpc",
)
# A program of somebody else's, or the C library, opens what it likes.
BEYOND_PYTHON = (
    "cffi",
    "ctypes",
    "os.exec*",
    "os.popen",
    "os.posix_spawn*",
    "os.spawn*",
    "os.system",
    "pty",
    "subprocess",
)
# Whoever computes what to import can import all of the above.
COMPUTED = "a computed import"
UNSEEN = (
    COMPUTED,
    "eval",
    "exec",
    "imp",
    "importlib.machinery",
    "importlib.util",
    "runpy",
    "sys.modules",
)
WAYS = (*NETWORK, *BEYOND_PYTHON, *UNSEEN)
IMPORTERS = {"__import__", "builtins.__import__", "importlib.import_module", "importlib.__import__"}


def ways_out(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the line and the full name of each."""
    known = dict(_names(module))
    for node in ast.walk(module):
        for name in _reached(node, known):
            if _leads_out(name):
                yield getattr(node, "lineno", 0), name


@cache
def _leads_out(name: str) -> bool:
    return any(fnmatchcase(name, way) or fnmatchcase(name, f"{way}.*") for way in WAYS)


def _names(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield what each imported name stands for."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (top, top)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _reached(node: ast.AST, known: dict[str, str]) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        # Also a module that another one imported: `from monitor.scheduler.daemon import socket`.
        names = [alias.name for alias in node.names]
        return [*names, *(f"{node.module}.{name}" for name in names if not node.level)]
    if isinstance(node, ast.Attribute | ast.Name):
        return [_dotted(node, known)]
    if isinstance(node, ast.Call) and _dotted(node.func, known) in IMPORTERS:
        return [_constant(node.args)]
    return []


def _dotted(node: ast.AST, known: dict[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value, known)}.{node.attr}"
    if isinstance(node, ast.Name):
        # A name that nobody imported is a builtin, or somebody's own.
        return known.get(node.id, node.id if node.id in {*IMPORTERS, "eval", "exec"} else "")
    return ""


def _constant(arguments: list[ast.expr]) -> str:
    match arguments:
        case [ast.Constant(value=str(name)), *_]:
            return name
    return COMPUTED
