"""Stands in for a single-user server: answers at once under its prefix, by TCP or by a unix socket, as it is told.

`GET {prefix}environment` gives what it was started with, so that a test can hold the server's own token.
"""

import json
import os
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler
from urllib.parse import urlparse

VERSION = "6.1.1"


class Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        wanted = {k: v for k, v in os.environ.items() if k.startswith("JUPYTERHUB_")}
        told = wanted if self.path.endswith("/environment") else {"version": VERSION}
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-jupyterhub-version", VERSION)
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "client"

    def log_message(self, *_):
        pass


class Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


# Its hub leaves it running when it ends, as it should; a test that is over needs it no more.
last = threading.Timer(600, lambda: os._exit(0))
last.daemon = True
last.start()

SOCK = "--ServerApp.sock="
sock = next((a[len(SOCK) :] for a in sys.argv if a.startswith(SOCK)), None)
if sock:
    os.umask(0o007)
    server = Unix(sock, Answer)
else:
    url = urlparse(os.environ["JUPYTERHUB_SERVICE_URL"])
    server = Tcp((url.hostname or "127.0.0.1", url.port), Answer)
server.serve_forever()
