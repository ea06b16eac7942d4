"""Requests to an ACME server: signed by the `acme` library, bounded, tried again where the protocol asks for it.

Importing this is what costs time, and it needs `mailtrust[acme]`.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import requests
from acme import errors, messages
from acme.client import ClientNetwork
from josepy.errors import Error as JoseError
from josepy.jwa import ES256
from josepy.jwk import JWK
from requests.adapters import HTTPAdapter

from mailtrust.core.issuance.acme_problem import AcmeProblem, explain
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import CouldNotLook, UserProblem
from mailtrust.core.model.text import text
from mailtrust.version import __version__

LARGEST = 2**20
"""Octets of an answer: a long chain has some thousand."""
ANSWER_SECONDS = 60
"""For one answer as a whole."""
SILENCE_SECONDS = 30
NONCE_TRIES = 25
BUSY_TRIES = 3
LONGEST_PAUSE = 30
"""Seconds: a server that asks for a longer one is told of, not waited for."""


class AnswerTooLargeError(Exception):
    """An answer that never ends, or lasts too long."""


class Network(ClientNetwork):
    """The library's network, with bounds, more patience for refused nonces, and pauses that a server asks for."""

    def __init__(self, key: JWK | None, account: str | None, roots: Path | None) -> None:
        """`account`: its URL; `roots`: PEM file of those that the server is trusted by, else the public ones."""
        known = None if account is None else messages.RegistrationResource(body=messages.Registration(), uri=account)
        super().__init__(key=key, account=known, alg=ES256, user_agent=f"mailtrust/{__version__}")
        self._verify: bool | str = True if roots is None else str(roots)
        self.retry_after = ""
        """What the last answer said in Retry-After; from outside."""
        # RFC 8555 6.1: HTTPS and nothing else.
        self.session.adapters.clear()
        self.session.mount("https://", HTTPAdapter())

    def _send_request(self, method: str, url: str, *_: Any, **given: Any) -> requests.Response:
        """Send one, and read what comes as far as it is worth reading."""
        headers = {"User-Agent": self.user_agent, **given.get("headers", {})}
        response = self.session.request(
            method,
            url,
            data=given.get("data"),
            headers=headers,
            verify=self._verify,
            timeout=SILENCE_SECONDS,
            stream=True,
            allow_redirects=False,
        )
        with response:
            response._content = _bounded(response)  # noqa: SLF001 - requests has no other way to limit an answer
        response.encoding = "utf-8"
        self.retry_after = response.headers.get("Retry-After", "")
        return response

    def post(self, *args: Any, **given: Any) -> requests.Response:
        """Post, again with a new nonce where one is refused (RFC 8555 6.5), and after a short pause if asked for."""
        busy = 0
        for _ in range(NONCE_TRIES):
            try:
                return self._post_once(*args, **dict(given))
            except messages.Error as error:
                if error.code == "badNonce":
                    continue
                pause = self.pause()
                busy += 1
                if error.code not in ("rateLimited", "serverInternal") or pause is None or busy > BUSY_TRIES:
                    raise
                time.sleep(pause)
        return self._post_once(*args, **given)

    def pause(self) -> float | None:
        """The seconds that the last answer asked to wait; None: it did not say, or it is too long to be waited for."""
        given = self.retry_after.strip()
        # RFC 9110 10.2.3 knows dates too: they are meant for longer times.
        return int(given) if given.isascii() and given.isdigit() and int(given[:9]) <= LONGEST_PAUSE else None


def _bounded(response: requests.Response) -> bytes:
    read = bytearray()
    ends = time.monotonic() + ANSWER_SECONDS
    for part in response.iter_content(16384):
        read += part
        if len(read) > LARGEST or time.monotonic() > ends:
            raise AnswerTooLargeError
    return bytes(read)


@contextmanager
def told(network: Network, server: str) -> Iterator[None]:
    """Turn what the library and `requests` raise into sentences."""
    named = clean(server, 200)
    try:
        yield
    except messages.Error as error:
        raise UserProblem(explain(problem_of(error), network.retry_after)) from error
    except AnswerTooLargeError as error:
        raise CouldNotLook(
            text("{server} sends more than an ACME server does, or without end. Is it one?", server=named)
        ) from error
    except requests.exceptions.SSLError as error:
        raise CouldNotLook(
            text(
                "The certificate of {server} was not accepted ({why}). Where the server is of a CA of your own, give "
                "its root with --server-roots PEM.",
                server=named,
                why=clean(str(error), 200),
            )
        ) from error
    except requests.exceptions.InvalidSchema as error:
        raise UserProblem(text("Expected the HTTPS URL of an ACME directory, got “{server}”.", server=named)) from error
    except (requests.exceptions.RequestException, OSError) as error:
        raise CouldNotLook(
            text("Could not reach {server}: {why}. Try again, or check its URL and the way to it.",
                 server=named, why=clean(str(error), 200))
        ) from error  # fmt: skip
    except (errors.Error, JoseError, KeyError, AttributeError, ValueError, TypeError, RecursionError) as error:
        # What the library raises for an answer of the wrong shape is of many kinds.
        raise CouldNotLook(
            text(
                "{server} answers unlike an ACME server ({kind}: {detail}). Is the URL that of its directory?",
                server=named,
                kind=type(error).__name__,
                detail=clean(str(error), 200),
            )
        ) from error


def problem_of(error: messages.Error) -> AcmeProblem:
    """The library's error as a value."""
    return AcmeProblem(
        type=str(error.typ),
        detail=str(error.detail or error.title or ""),
        identifier=str(error.identifier.value) if error.identifier else "",
        subproblems=tuple(map(problem_of, error.subproblems or ())),
    )
