"""Exchange's own PowerShell by MS-PSRP: one runspace, one cmdlet at a time, everything bounded.

Importing this needs `mailtrust[exchange]`. Cmdlets are sent as commands with typed parameters, never as text: the
endpoint takes no script, and nothing that a stranger wrote can become one.
"""

import logging
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element

import requests
from pypsrp.complex_objects import ObjectMeta, PSInvocationState
from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text
from mailtrust.edge.transport.machine import Failed, Unreachable
from mailtrust.edge.transport.private_pypsrp import read_with
from mailtrust.edge.transport.psrp_host import MOST_SAID, Answering, UnexpectedQuestionError
from mailtrust.edge.transport.psrp_http import (
    GRACE_SECONDS,
    POLL_SECONDS,
    Bounds,
    TooLateError,
    TooMuchError,
    context_for,
    session_for,
)
from mailtrust.edge.transport.psrp_reader import BoundedReader
from mailtrust.edge.transport.psrp_refusals import lost, not_let_in, not_trusted, shortly, status, unlike
from mailtrust.edge.transport.shell import Answer, Argument, Login, NoSuchCmdlet, Place, Refused, Secret

CONFIGURATION = "Microsoft.Exchange"
NO_SUCH_CMDLET = "CommandNotFoundException"
OPEN_SECONDS = 90
MOST_OBJECTS = 20_000

for _name in ("pypsrp", "spnego", "urllib3"):
    # They would write warnings to standard error, and whole messages where somebody asks for more.
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class PsrpShell:
    """The shell behind a URL, open until `close`."""

    def __init__(self, place: Place, login: Login, roots: bytes | None = None) -> None:
        """Open it. Raises UserProblem, NotAllowed or Unreachable."""
        self._place = place
        self._login = login
        wsman = WSMan(
            place.host,
            port=place.port,
            ssl=place.scheme == "https",
            path=place.path.lstrip("/"),
            username=login.user or None,
            password=login.password or None,
            auth=login.way,
            encryption="never" if place.scheme == "http" else "auto",
        )
        self._bounds = Bounds(context_for(roots))
        wsman.transport.session = session_for(login, self._bounds)
        self._wsman = wsman
        self._host = Answering()
        self._pool = RunspacePool(wsman, host=self._host, configuration_name=CONFIGURATION)
        read_with(self._pool, BoundedReader())
        # While a shell opens, Exchange looks up what the user may do, and says nothing.
        wsman.operation_timeout, self._bounds.patience = OPEN_SECONDS - GRACE_SECONDS, OPEN_SECONDS
        try:
            with self._told(OPEN_SECONDS, changing=False):
                self._pool.open()
        except BaseException:
            self.close()  # Exchange counts the shells of a user, half open ones too; Ctrl-C leaves none either
            raise
        wsman.operation_timeout, self._bounds.patience = POLL_SECONDS, POLL_SECONDS + GRACE_SECONDS

    @property
    def name(self) -> str:
        """The host."""
        return self._place.host

    def ask(
        self, cmdlet: str, parameters: Sequence[tuple[str, Argument]], *, seconds: int = 120, yes: bool = False
    ) -> Answer:
        """Run one cmdlet and wait for its end."""
        self._host.yes, self._host.asked = yes, []
        self._bounds.read = 0
        pipeline = PowerShell(self._pool)
        pipeline.add_cmdlet(cmdlet)
        with self._told(seconds, changing=not cmdlet.startswith("Get-"), cmdlet=cmdlet):
            for name, value in parameters:
                pipeline.add_parameter(name, self._sent(value))
            try:
                pipeline.begin_invoke()
                self._wait(pipeline)
            finally:
                self._end(pipeline)
        if pipeline.streams.error:
            raise self._refused(cmdlet, pipeline)
        if pipeline.state != PSInvocationState.COMPLETED:
            raise Failed(
                text("{server} did not finish {cmdlet}, and does not say why.", server=self.name, cmdlet=cmdlet)
            )
        warned = tuple(clean(one.message or str(one), MOST_SAID) for one in pipeline.streams.warning[:20])
        return Answer(tuple(pipeline.output), warned, tuple(self._host.asked))

    def close(self) -> None:
        """Leave: whatever happens then, nobody is told, for all is done."""
        self._bounds.ends = time.monotonic() + GRACE_SECONDS
        with suppress(Exception), _quiet():
            self._pool.close()
        with suppress(Exception):
            self._wsman.close()

    def _refused(self, cmdlet: str, pipeline: PowerShell) -> Refused:
        errors = pipeline.streams.error[:5]
        words = " ".join(clean(_words(one), MOST_SAID) for one in errors)
        kind = NoSuchCmdlet if errors[0].fq_error == NO_SUCH_CMDLET else Refused
        said = text("{server} refuses {cmdlet}: “{said}”", server=self.name, cmdlet=cmdlet, said=words)
        return kind(said, words, tuple(pipeline.output))

    def _wait(self, pipeline: PowerShell) -> None:
        while pipeline.state == PSInvocationState.RUNNING:
            pipeline.poll_invoke()
            if len(pipeline.output) > MOST_OBJECTS:
                raise TooMuchError

    def _end(self, pipeline: PowerShell) -> None:
        """Free the runspace for the next; a pipeline that still runs is stopped."""
        with suppress(Exception):
            if pipeline.state == PSInvocationState.RUNNING:
                self._bounds.ends = time.monotonic() + GRACE_SECONDS
                pipeline.stop()
            else:
                pipeline.close()

    def _sent(self, value: Argument) -> Any:
        match value:
            case Secret(words=words):
                self._pool.exchange_keys()
                return self._pool.serialize(words, ObjectMeta("SS"))
            case datetime():
                moment = Element("DT")  # pypsrp knows the type, and writes nothing for it
                moment.text = value.isoformat()
                return moment
            case tuple():
                return list(value)
            case _:
                return value

    @contextmanager
    def _told(self, seconds: int, *, changing: bool, cmdlet: str = "") -> Iterator[None]:
        """Turn what the library and `requests` raise into sentences."""
        self._bounds.ends = time.monotonic() + seconds
        try:
            with _quiet():
                yield
        except UserProblem:
            raise
        except UnexpectedQuestionError as question:
            raise Failed(
                text(
                    "{cmdlet} on {server} asks what mailtrust cannot answer: “{question}”. It was stopped there; "
                    "run it in the Exchange Management Shell.",
                    cmdlet=cmdlet,
                    server=self.name,
                    question=str(question),
                )
            ) from None
        except TooMuchError:
            raise Failed(
                text("{server} says more than Exchange does, or without end. Is it Exchange?", server=self.name)
            ) from None
        except TooLateError:
            late = text("it did not come to an end within {seconds} seconds", seconds=seconds)
            raise lost(self._place, late, changing=changing) from None
        except AuthenticationError as error:
            raise not_let_in(self._place, self._login) from error
        except WSManFaultError as error:
            said = error.provider_fault or error.reason or str(error.code)
            raise lost(self._place, clean(str(said), MOST_SAID), changing=changing) from error
        except WinRMTransportError as error:
            raise status(self._place, self._login, error.code, changing=changing) from error
        except requests.exceptions.SSLError as error:
            raise not_trusted(self._place, error) from error
        except requests.exceptions.TooManyRedirects as error:
            raise Unreachable(
                text("{server} leads to another place. Name that one.", server=clean(self._place.url, 200))
            ) from error
        except (requests.exceptions.RequestException, OSError) as error:
            raise lost(self._place, clean(shortly(error), 300), changing=changing) from error
        except Exception as error:  # whatever shape a stranger's answer has, the library raises another error
            raise unlike(self._place, self._login, error) from error


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _words(error: Any) -> str:
    """What an error record says."""
    message = getattr(getattr(error, "exception", None), "adapted_properties", {}).get("Message")
    return message if isinstance(message, str) and message else str(error)
