"""The server's name as a hello says it."""


def sni(server_name: str | None) -> bytes | None:
    """RFC 6066 3: ASCII without the trailing dot; names that DNS allows and TLS does not are not sent."""
    name = (server_name or "").removesuffix(".")
    return name.encode("ascii") if name.isascii() and 0 < len(name) <= 253 else None
