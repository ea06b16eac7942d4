"""The only place that reaches behind pyOpenSSL's public names.

Two things that OpenSSL can do have no public name there: to hand over each handshake message before it is parsed, and
to choose the signature algorithms of the hello. Each function says whether it could, and the prober goes on without.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from OpenSSL.SSL import Context


def watch_server(context: "Context", hear: Callable[[int, bytes], None]) -> object | None:
    """Call `hear(content_type, message)` for each message the server sends, decrypted, before OpenSSL parses it.

    Gives what must be kept alive as long as the connection; None where this can't be done.
    """
    try:
        from OpenSSL._util import ffi, lib

        def passed(
            sent_by_us: int, _version: int, content_type: int, octets: object, count: int, _ssl: object, _arg: object
        ) -> None:
            if not sent_by_us:
                hear(content_type, bytes(ffi.buffer(octets, count)))

        callback = ffi.callback("void(int, int, int, void *, size_t, SSL *, void *)", passed)
        lib.SSL_CTX_set_msg_callback(context._context, callback)  # noqa: SLF001
    except Exception:  # noqa: BLE001 - whatever becomes of private names, the public way stays open
        return None
    return callback  # type: ignore[no-any-return]


def offer_signatures(context: "Context", algorithms: str) -> bool:
    """Offer exactly these signature algorithms, in OpenSSL's names, most wanted first."""
    try:
        from OpenSSL._util import lib

        return bool(lib.SSL_CTX_set1_sigalgs_list(context._context, algorithms.encode("ascii")) == 1)  # noqa: SLF001
    except Exception:  # noqa: BLE001 - as above
        return False
