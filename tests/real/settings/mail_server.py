"""Takes every email into a folder, one file each. It runs alone, on a system without our program.

Usage: mail_server.py PORT FOLDER
"""

import sys
from itertools import count
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

NUMBERS = count()
ANSWERS = {b"EHLO": b"250-mail\r\n250 8BITMIME", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


class Taking(StreamRequestHandler):
    def handle(self) -> None:
        self.say(b"220 mail")
        for line in self.rfile:
            word = line[:4].upper()
            self.say(ANSWERS.get(word, b"250 well"))
            if word == b"DATA":
                self.take()
            elif word == b"QUIT":
                return

    def take(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        email = b"".join(line.removeprefix(b".") for line in lines)
        path = Path(sys.argv[2], f"{next(NUMBERS):05}.part")
        path.write_bytes(email)
        path.rename(path.with_suffix(".eml"))
        self.say(b"250 taken")

    def say(self, answer: bytes) -> None:
        self.wfile.write(answer + b"\r\n")


class MailServer(ThreadingTCPServer):
    allow_reuse_address = True


if __name__ == "__main__":
    Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
    MailServer(("", int(sys.argv[1])), Taking).serve_forever()
