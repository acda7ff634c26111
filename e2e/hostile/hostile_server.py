"""A notebook server that harms whomever it can: every answer says all that a server may not say for others.

`GET {prefix}seen` gives the headers of all that it was asked; `{prefix}page` is a page for a hostile script; `{prefix}sw.js`, and
the prefix without its slash, are scripts for a service worker. It keeps its own visitors by its own cookie, as servers do.
"""

import json
import os
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
COOKIE = os.environ["JUPYTERHUB_CLIENT_ID"]
HUB_HOST = os.environ["JUPYTERHUB_HOST"].split("//")[-1].split(":")[0]

COOKIES = [
    "tossed-root=1; Path=/",
    "tossed-hub=1; Path=/hub/",
    "tossed-bob=1; Path=/user/bob/",
    "tossed-beside=1; Path=/user/adam/",
    f"tossed-dots=1; Path={PREFIX}../bob/",
    f"tossed-encoded=1; Path={PREFIX}%2e%2e/bob/",
    f"tossed-last=1; Path={PREFIX}; Path=/",
    'tossed-quoted="1; Path=/',
    "tossed-case=1;pAtH\t=\t/",
    f"tossed-domain=1; Path={PREFIX}; Domain={HUB_HOST or '127.0.0.1'}",
    f"tossed-domain-root=1; Path=/; Domain=.{HUB_HOST or '127.0.0.1'}",
    "__Host-tossed=1; Path=/; Secure",
    "jupyterhub-hub-login=tossed; Path=/hub/",
    f"jupyterhub-hub-login=tossed; Path={PREFIX}",
    "jupyterhub-session-id=tossed; Path=/",
    f"jupyterhub-session-id=tossed; Path={PREFIX}",
    "_xsrf=tossed; Path=/hub/",
    "=tossed-without-a-name; Path=/",
]

LASTING = {
    "Clear-Site-Data": '"cache", "cookies", "storage"',
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Alt-Svc": 'h2=":1"; ma=2592000; persist=1',
    "Public-Key-Pins": 'pin-sha256="d6qzRu9zOECb90Uez27xWltNsj0e1Md7GkYYkVoZWmM="; max-age=5184000',
    "Expect-CT": "max-age=86400, enforce",
    "NEL": '{"report_to":"x","max_age":2592000,"include_subdomains":true}',
    "Report-To": '{"group":"x","max_age":2592000,"endpoints":[{"url":"https://evil.example/"}]}',
    "Accept-CH": "Sec-CH-UA-Model",
    "Critical-CH": "Sec-CH-UA-Model",
    "Use-As-Dictionary": 'match="/*"',
    "Set-Login": "logged-out",
}

seen = []


class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("?")[0]
        if path == f"{PREFIX}seen":
            return self.say("application/json", json.dumps(seen), hostile=False)
        seen.append([path, *([name.lower(), value] for name, value in self.headers.items())])
        if path in (PREFIX.rstrip("/"), f"{PREFIX}sw.js"):
            self.say("text/javascript", "self.addEventListener('fetch', () => undefined)")
        elif path == f"{PREFIX}api":
            self.say("application/json", "{}", hostile=False)
        else:
            self.say("text/html", "<!doctype html><title>hostile</title><h1>hostile</h1>")

    def say(self, kind, body, hostile=True):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Set-Cookie", f"{COOKIE}=own; Path={PREFIX}; HttpOnly")
        self.send_header("Set-Cookie", f"within=1; Path={PREFIX}")
        if hostile:
            for cookie in COOKIES:
                self.send_header("Set-Cookie", cookie)
            # Without a path it is kept for the folder of the address.
            if self.path == PREFIX.rstrip("/"):
                self.send_header("Set-Cookie", "tossed-folder=1")
            for name, value in LASTING.items():
                self.send_header(name, value)
            self.send_header("Service-Worker-Allowed", "/")
        self.end_headers()
        self.wfile.write(body.encode())

    def address_string(self):
        return "client"

    def log_message(self, *_):
        pass


class Unix(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


# A test that is over needs it no more.
last = threading.Timer(600, lambda: os._exit(0))
last.daemon = True
last.start()

SOCK = "--ServerApp.sock="
os.umask(0o007)
Unix(next(a[len(SOCK) :] for a in sys.argv if a.startswith(SOCK)), Answer).serve_forever()
