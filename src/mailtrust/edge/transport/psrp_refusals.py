"""What goes wrong on the way to a shell, in sentences."""

import requests

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.edge.transport.machine import NotAllowed, Unreachable
from mailtrust.edge.transport.shell import Login, Place


def not_let_in(place: Place, login: Login) -> NotAllowed:
    """Who we are is not believed, or is not enough."""
    if login.password:
        why = text("The user or the password is wrong, or this way of proving it is not allowed there.")
    else:
        why = text(
            "There is no Kerberos ticket that it takes: run kinit, or give --live-user and --live-password-file."
        )
    return NotAllowed(
        text("{server} does not let {user} in ({way}). {why}", server=clean(place.url, 200),
             user=clean(login.user, 200) or "-", way=login.way, why=why)
    )  # fmt: skip


def status(place: Place, login: Login, code: int, *, changing: bool) -> UserProblem:
    """An HTTP status instead of an answer."""
    if code in (401, 403):
        return not_let_in(place, login)
    if code == 404:
        return Unreachable(
            text(
                "There is no PowerShell at {url}. Exchange's is at https://HOST/PowerShell/.",
                url=clean(place.url, 200),
            )
        )
    return lost(place, f"HTTP {code}", changing=changing)


def not_trusted(place: Place, error: Exception) -> Unreachable:
    """The server's certificate is not accepted."""
    return Unreachable(
        text(
            "The certificate of {server} is not trusted here: {why}. Give the root of its CA with --live-roots PEM, or "
            "name the host as the certificate does. `mailtrust check https://{server}` tells more.",
            server=place.host,
            why=clean(shortly(error), 300),
        )
    )


def lost(place: Place, why: Text | str, *, changing: bool) -> Unreachable:
    """No answer has come; `changing`: to something that changes what is there."""
    after: Text = (
        text("Nobody knows whether the last thing asked of it was done.") if changing
        else text("Nothing was changed.")
    )  # fmt: skip
    return Unreachable(
        text("Expected an answer from {server}, got none: {why}. {after}", server=clean(place.url, 200),
             why=why.rstrip(".") if isinstance(why, str) else why, after=after)
    )  # fmt: skip


def unlike(place: Place, login: Login, error: Exception) -> UserProblem:
    """What came is no answer, or the way of proving who we are does not work here."""
    detail = clean(f"{type(error).__name__}: {error}", 200)
    own = isinstance(error, ImportError) or type(error).__module__.startswith("spnego")
    if login.way != "basic" and own:
        return NotAllowed(
            text(
                "{way} does not work here: {detail}. On Linux and macOS Kerberos needs pip install "
                "'pypsrp[kerberos]'; --live-auth basic needs a password and Basic authentication allowed there.",
                way=login.way,
                detail=detail,
            )
        )
    return Unreachable(
        text("{server} answers unlike Exchange's PowerShell ({detail}). Is it the right URL?",
             server=clean(place.url, 200), detail=detail)
    )  # fmt: skip


def shortly(error: BaseException) -> str:
    """The innermost reason: `requests` and urllib3 wrap it in their own names and addresses."""
    seen: BaseException = error
    for _ in range(8):
        known = (getattr(seen, "reason", None), *seen.args, seen.__cause__)
        inner = next((one for one in known if isinstance(one, BaseException)), None)
        if inner is None:
            break
        seen = inner
    if isinstance(seen, OSError) and not isinstance(seen, requests.exceptions.RequestException):
        return getattr(seen, "verify_message", "") or seen.strerror or str(seen)
    return str(seen) or type(seen).__name__
