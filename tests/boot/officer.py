"""Runs inside a ward's machine, played by the installed venv: who comes over nginx and TLS.

URL inbox PASSWORD     every dossier that the first officer finds, and how many papers open
URL metrics TOKEN      what /metrics says with the token, and the status without
"""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request

from appliance.demo.browser import Browser

NAME = "canbo"


def inbox(url: str, password: str) -> dict[str, object]:
    browser = Browser(url)
    sign_in = browser.get("/sign-in").form("")  # to itself
    listed = browser.submit(sign_in, name=NAME, password=password)
    listed = browser.get("/inbox?show=all")
    found, papers = sorted(set(re.findall(r'href="(/inbox/[^"?/]+)"', listed.html))), 0
    for dossier in found:
        page = browser.get(dossier).html
        for path in sorted(set(re.findall(r'href="(/inbox/[^"]+/papers/[^"?]+)"', page))):
            with browser._opener.open(url.rstrip("/") + path, timeout=60) as answer:
                papers += answer.read(4) == b"%PDF"
    return {"dossiers": found, "papers": papers}


def metrics(url: str, token: str) -> dict[str, object]:
    asked = urllib.request.Request(f"{url}metrics")
    try:
        urllib.request.urlopen(asked, timeout=60)
        without = 200
    except urllib.error.HTTPError as error:
        without = error.code
    asked.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return {"without": without, "with": answer.read().decode()}


if __name__ == "__main__":
    _, place, what, secret = sys.argv
    told = {"inbox": inbox, "metrics": metrics}[what](place, secret)
    sys.stdout.write(json.dumps(told) + "\n")
