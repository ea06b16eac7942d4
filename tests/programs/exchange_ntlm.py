"""Negotiate as IIS does it: NTLM within SPNEGO by pyspnego's own acceptor, a connection at a time, bound to its TLS."""

import base64
from http.server import BaseHTTPRequestHandler
from typing import Any
from weakref import WeakKeyDictionary

import spnego
from spnego.channel_bindings import GssChannelBindings


class Negotiating:
    """Lets users in whom the file of NTLM_USER_FILE names (`DOMAIN:user:password`)."""

    def __init__(self, endpoint: bytes | None = None) -> None:
        """`endpoint`: the SHA-256 of the certificate that the user must have seen (RFC 5929 4.1)."""
        self._bindings = None
        if endpoint is not None:
            self._bindings = GssChannelBindings(application_data=b"tls-server-end-point:" + endpoint)
        self.let_in: list[str] = []
        # One handler serves one connection, from its first request to its last.
        self._connections: WeakKeyDictionary[BaseHTTPRequestHandler, dict[str, Any]] = WeakKeyDictionary()

    def challenge(self, request: BaseHTTPRequestHandler) -> str | None:
        """What the answer says in WWW-Authenticate; None: the connection is a user's."""
        state = self._connections.setdefault(request, {})
        if state.get("known"):
            return None
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Negotiate":
            return "Negotiate"
        context = state.setdefault(
            "context", spnego.server(protocol="negotiate", channel_bindings=self._bindings, options=NO_SYSTEM)
        )
        try:
            said = context.step(base64.b64decode(token))
        except spnego.exceptions.SpnegoError:
            state.clear()
            return "Negotiate"
        if context.complete:
            state["known"] = True
            self.let_in.append(str(context.client_principal))
            return None
        return "Negotiate " + base64.b64encode(said or b"").decode()


NO_SYSTEM = spnego.NegotiateOptions.use_negotiate
"""Not this machine's Kerberos."""
