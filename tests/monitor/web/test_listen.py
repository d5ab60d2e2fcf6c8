"""Whoever lets readers in leaves nothing behind: no door, and no thread."""

import threading
from http.client import HTTPConnection

from flask import Flask

from monitor.web.listen import LOOPBACK, THREADS, listening


def test_every_thread_ends_with_the_block():
    before = threading.active_count()
    app = Flask("pages", static_folder=None)

    with listening(app, LOOPBACK, 0) as port:
        inside = threading.active_count()
        asked = HTTPConnection(LOOPBACK, port, timeout=10)
        asked.request("GET", "/")
        assert asked.getresponse().status == 404
        asked.close()

    assert inside > before + THREADS
    assert threading.active_count() == before
