"""A service that signs browsers in by JupyterHub's own module, unmodified, on Tornado."""

import json
import os
from urllib.parse import urlparse

from jupyterhub.services.auth import HubAuthenticated, HubOAuthCallbackHandler, HubOAuthenticated
from tornado.ioloop import IOLoop
from tornado.web import Application, RequestHandler, authenticated

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]


class Browser(HubOAuthenticated, RequestHandler):
    @authenticated
    def get(self):
        self.write(json.dumps({"by": "oauth", "user": self.get_current_user()}))


class Program(HubAuthenticated, RequestHandler):
    @authenticated
    def get(self):
        self.write(json.dumps({"by": "token", "user": self.get_current_user()}))


class Crash(RequestHandler):
    def get(self):
        os._exit(3)


Application(
    [
        (PREFIX + "oauth_callback", HubOAuthCallbackHandler),
        (PREFIX + "token", Program),
        (PREFIX + "crash", Crash),
        (PREFIX + ".*", Browser),
    ],
    cookie_secret=os.urandom(32),
).listen(urlparse(os.environ["JUPYTERHUB_SERVICE_URL"]).port, "127.0.0.1")
IOLoop.current().start()
