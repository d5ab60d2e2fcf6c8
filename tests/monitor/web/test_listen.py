"""Whoever lets readers in leaves nothing behind: no door, and no thread."""

import threading
from http.client import HTTPConnection

from flask import Flask

from monitor.web.listen import LOOPBACK, THREADS, listening

PATIENCE = 5


def test_every_thread_ends_with_the_block():
    before = set(threading.enumerate())
    app = Flask("pages", static_folder=None)

    with listening(app, LOOPBACK, 0) as port:
        begun = set(threading.enumerate()) - before
        asked = HTTPConnection(LOOPBACK, port, timeout=10)
        asked.request("GET", "/")
        assert asked.getresponse().status == 404
        asked.close()

    assert len(begun) > THREADS
    for thread in begun:
        thread.join(PATIENCE)
    assert [thread for thread in begun if thread.is_alive()] == []
