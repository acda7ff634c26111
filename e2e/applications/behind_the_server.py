"""A small web application as people run them in their notebook servers: python behind-the-server.py PORT

What it does is what jupyter-server-proxy, and whatever stands before it, can get wrong.
"""

import asyncio
import hashlib
import sys

import tornado.web
import tornado.websocket

MIB = b"x" * 2**20
seen = asyncio.Event()


class Page(tornado.web.RequestHandler):
    """Counts visits by a cookie of its own path, and tries one that is for the whole host."""

    def get(self):
        visits = int(self.get_cookie("visits", "0")) + 1
        self.add_header("Set-Cookie", f"visits={visits}")
        self.add_header("Set-Cookie", "wide=1; Path=/")
        self.write(f"<!doctype html><title>App</title><p id=visits>{visits}")


class Away(tornado.web.RequestHandler):
    def get(self):
        self.redirect("/landed?from=away")


class Landed(tornado.web.RequestHandler):
    def get(self):
        self.write(f"landed {self.get_argument('from')}")


class Echo(tornado.websocket.WebSocketHandler):
    def on_message(self, message):
        self.write_message(message, binary=isinstance(message, bytes))


class Events(tornado.web.RequestHandler):
    """The second event is sent when the first has been seen: whoever keeps it back waits for ever."""

    async def get(self):
        self.set_header("Content-Type", "text/event-stream")
        self.write("data: first\n\n")
        await self.flush()
        await seen.wait()
        seen.clear()
        self.write("data: second\n\n")

    def post(self):
        seen.set()


@tornado.web.stream_request_body
class Upload(tornado.web.RequestHandler):
    def prepare(self):
        self.request.connection.set_max_body_size(2**30)
        self.digest = hashlib.sha256()

    def data_received(self, chunk):
        self.digest.update(chunk)

    def post(self):
        self.write(self.digest.hexdigest())


class Download(tornado.web.RequestHandler):
    async def get(self):
        for _ in range(int(self.get_argument("mib"))):
            self.write(MIB)
            await self.flush()


async def main():
    routes = [
        ("/", Page),
        ("/away", Away),
        ("/landed", Landed),
        ("/echo", Echo),
        ("/events", Events),
        ("/upload", Upload),
        ("/download", Download),
    ]
    tornado.web.Application(routes).listen(int(sys.argv[1]), "127.0.0.1")
    print("listening", flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
