"""The citizen's page: number and secret of the slip in, where the dossier stands out.

The slip's QR carries both behind the ``#`` of the address, which browsers never send: no log of
any proxy holds a secret. The page's script puts them into the form; without it they are typed.
"""

from __future__ import annotations

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from web.ward.citizen.tracking import look_up
from web.ward.problems import Problem
from web.ward.service import the_ward
from web.ward.wording import words

follow = Blueprint("follow", __name__)


@follow.get("/follow")
def ask() -> str:
    """An empty form."""
    return render_template("ward/follow.html", found=None, told=None, code="")


@follow.post("/follow")
def show() -> ResponseReturnValue:
    """Form fields: ``code`` and ``secret``. Changes nothing, so it needs no token."""
    code = request.form.get("code", "")[:40]
    try:
        found = look_up(the_ward(), code, request.form.get("secret", "")[:40], request.remote_addr)
    except Problem as problem:
        told = words()["follow"]["slow" if problem.status == 429 else "unknown"]
        page = render_template("ward/follow.html", found=None, told=told, code=code)
        answer = make_response(page, problem.status)
        if problem.retry_after_s is not None:
            answer.headers["Retry-After"] = str(problem.retry_after_s)
        return answer
    return render_template("ward/follow.html", found=found, told=None, code=code)
