"""The same on Flask, in the way of JupyterHub's example: the flow is the service's own, the module checks the token."""

import os
import secrets
from functools import wraps
from urllib.parse import urlparse

from flask import Flask, make_response, redirect, request, session
from jupyterhub.services.auth import HubOAuth

PREFIX = os.environ["JUPYTERHUB_SERVICE_PREFIX"]
auth = HubOAuth(api_token=os.environ["JUPYTERHUB_API_TOKEN"], cache_max_age=5)
app = Flask(__name__)
app.secret_key = secrets.token_bytes(32)


def signed_in(handler):
    @wraps(handler)
    def decorated(*args, **kwargs):
        token = session.get("token")
        user = auth.user_for_token(token) if token else None
        if user:
            return handler(user, *args, **kwargs)
        state = auth.generate_state(next_url=request.path)
        response = make_response(redirect(auth.login_url + f"&state={state}"))
        response.set_cookie(auth.state_cookie_name, state)
        return response

    return decorated


@app.route(PREFIX)
@signed_in
def whoami(user):
    return {"by": "flask", "user": user}


@app.route(PREFIX + "oauth_callback")
def callback():
    state = request.args.get("state")
    if state is None or state != request.cookies.get(auth.state_cookie_name):
        return "the state does not fit", 403
    session["token"] = auth.token_for_code(request.args["code"])
    response = make_response(redirect(auth.get_next_url(state) or PREFIX))
    return response


app.run(host="127.0.0.1", port=urlparse(os.environ["JUPYTERHUB_SERVICE_URL"]).port)
