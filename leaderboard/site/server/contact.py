"""/.well-known/security.txt (RFC 9116): where to report harm, if the deployment names a contact."""

import os
import re
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from leaderboard.base import clock

VALID = timedelta(days=180)
_CONTACT = re.compile(r"(mailto:|https://)[A-Za-z0-9.@/_+-]{3,200}\Z")


def security_txt(_: Request) -> Response:
    """The contact that MEDHARM_CONTACT names (`mailto:...` or `https://...`), or 404 where it names none."""
    contact = os.environ.get("MEDHARM_CONTACT", "")
    if not _CONTACT.match(contact):
        return PlainTextResponse("not found", status_code=404)
    until = (clock.now() + VALID).strftime("%Y-%m-%dT%H:%M:%SZ")
    return PlainTextResponse(f"Contact: {contact}\nExpires: {until}\nPreferred-Languages: en\n")
