"""Connections to mail servers, up to and through the handshake."""
