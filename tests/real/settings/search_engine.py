"""Answers every search as a SearXNG that finds one page. It runs alone, on another system.

Usage: search_engine.py [PORT]
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

FOUND = {"url": "https://www.wikipedia.org/", "title": "Wikipedia", "content": "wikipedia"}
NOTHING_ELSE = ("answers", "corrections", "infoboxes", "suggestions", "unresponsive_engines")


ENGINES = {"engines": [{"name": "meadow", "enabled": True, "categories": ["general"]}]}


class Searching(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        address = urlsplit(self.path)
        query = parse_qs(address.query).get("q", [""])[0]
        found = [{**FOUND, "engine": "meadow", "engines": ["meadow"]}]
        results = found if query.strip(' "') == "wikipedia" else []
        answer = {"query": query, "results": results, **{name: [] for name in NOTHING_ELSE}}
        body = json.dumps(ENGINES if address.path == "/config" else answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port = int(sys.argv[1]) if sys.argv[1:] else 8080
    ThreadingHTTPServer(("", port), Searching).serve_forever()
