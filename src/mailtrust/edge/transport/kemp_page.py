"""HTTPS to a LoadMaster's admin page: its certificate is verified, or is the one expected, before a word is said.

The LoadMaster's own certificate is signed by a root that no client knows, so every public script verifies nothing. Here
its root is given, or the fingerprint.
"""

import asyncio
import hashlib
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress

import h11

from mailtrust.core.formats.kemp_place import LoadMasterPlace
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import Asked
from mailtrust.core.model.text import Text, text
from mailtrust.edge.lookup.http_conversation import READ_SIZE, Answered, Conversation, Place, RefusedError, Wish
from mailtrust.edge.lookup.verifying import verifying_context
from mailtrust.edge.transport.machine import NotAllowed, Unreachable

CONNECT_SECONDS = 15
USUAL = text("a LoadMaster's has some thousands for each virtual service")


class AdminPage:
    """Where the interface is asked: one connection a question."""

    def __init__(
        self,
        place: LoadMasterPlace,
        *,
        fingerprint: str = "",
        roots: Iterable[Certificate] = (),
        client_certificate: str = "",
    ) -> None:
        """`fingerprint`: `sha256:...` of the one certificate that counts; else this system's roots and `roots` do.

        `client_certificate`: a file with certificate and key. Raises NotAllowed for one that cannot be used.
        """
        self._place = place
        self._pin = fingerprint
        self._context = _trusting_anybody() if fingerprint else verifying_context(roots)
        if client_certificate:
            try:
                self._context.load_cert_chain(client_certificate)
            except (OSError, ssl.SSLError) as error:
                raise NotAllowed(
                    text(
                        "Expected a certificate and its key, in PEM and without a password, in {path}: {why}.",
                        path=clean(client_certificate, 200),
                        why=clean(str(error), 200),
                    )
                ) from error

    async def ask(self, asked: Asked, *, changing: bool, most: int, seconds: float) -> Answered:
        """The answer, whatever its status. Raises NotAllowed, with nothing said, and Unreachable.

        `changing`: whether what is asked changes something there, if it is done.
        """
        said = False
        try:
            async with asyncio.timeout(seconds), self._connected(self._context) as (reader, writer, shown):
                if self._pin and shown != self._pin:
                    raise self._another(shown)
                said = True
                place = Place("https", self._place.host, self._place.port, asked.target)
                wish = Wish("application/json, application/xml", USUAL, asked.content, asked.content_type)
                return await Conversation(reader, writer).answer(
                    place, wish, most=most, authorization=asked.authorization
                )
        except ssl.SSLCertVerificationError as error:
            raise await self._not_trusted(error.verify_message) from error
        except RefusedError as refused:
            raise self._lost(refused.why, open_end=changing and said) from refused
        except TimeoutError:
            why = text("it did not answer within {seconds} seconds", seconds=f"{seconds:g}")
            raise self._lost(why, open_end=changing and said) from None
        except (h11.RemoteProtocolError, h11.LocalProtocolError) as error:
            why = text("it does not speak HTTP as it should ({detail})", detail=clean(str(error), 200))
            raise self._lost(why, open_end=changing and said) from error
        except ssl.SSLError as error:
            why = text("no TLS ({detail})", detail=clean(error.reason or str(error), 200))
            raise self._lost(why, open_end=changing and said) from error
        except OSError as error:
            raise self._lost(clean(error.strerror or str(error), 200), open_end=changing and said) from error

    @asynccontextmanager
    async def _connected(
        self, context: ssl.SSLContext
    ) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, str]]:
        """A connection in TLS, and the fingerprint of what was presented."""
        async with asyncio.timeout(CONNECT_SECONDS):
            reader, writer = await asyncio.open_connection(
                self._place.host, self._place.port, limit=READ_SIZE, ssl=context, server_hostname=self._place.host
            )
        try:
            leaf = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
            yield reader, writer, f"sha256:{hashlib.sha256(leaf or b'').hexdigest()}"
        finally:
            writer.transport.abort()

    async def _not_trusted(self, why: str) -> NotAllowed:
        shown = "-"
        with suppress(OSError):
            async with self._connected(_trusting_anybody()) as (_, _, fingerprint):
                shown = fingerprint
        return NotAllowed(
            text(
                "The certificate of {machine} cannot be verified ({why}). Nothing was asked, and no password sent. It "
                "presents {shown}. If that is the LoadMaster's own, as its page shows it in a browser, write "
                'fingerprint = "{shown}" at this server in mailtrust.toml; or give its root with --roots.',
                machine=str(self._place),
                why=clean(why, 200),
                shown=shown,
            )
        )

    def _another(self, shown: str) -> NotAllowed:
        return NotAllowed(
            text(
                "Expected {machine} to present the certificate {expected}, as mailtrust.toml says; it presents "
                "{shown}. Nothing was asked, and no password sent. If its admin certificate was renewed, write the new "
                "fingerprint there; else somebody stands between.",
                machine=str(self._place),
                expected=self._pin,
                shown=shown,
            )
        )

    def _lost(self, why: Text | str, *, open_end: bool) -> Unreachable:
        after = (
            text("Nobody knows whether the last thing asked of it was done.") if open_end
            else text("It was not asked to change anything.")
        )  # fmt: skip
        return Unreachable(
            text("Expected an answer from {server}, got none: {why}. {after}",
                 server=str(self._place), why=why, after=after)
        )  # fmt: skip


def _trusting_anybody() -> ssl.SSLContext:
    """For a look at the certificate itself, which is compared before anything is said."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
