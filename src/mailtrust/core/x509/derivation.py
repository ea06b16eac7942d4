"""How much work a stranger's encrypted file demands before it can be opened."""

from mailtrust.core.x509 import der

MOST_ROUNDS = 10_000_000
"""Ten times what the most careful programs write; some seconds of work."""

_DEEPEST = 12


def asks_too_much(octets: bytes) -> bool:
    """Whether key derivation shall go through more rounds than MOST_ROUNDS (RFC 7292 4 and C, RFC 8018 A.2, RFC 7914).

    Salt and number of rounds always stand side by side: an OCTET STRING and an INTEGER. scrypt has its cost there.
    What is encrypted itself cannot be looked into.
    """
    return _excessive(octets, 0)


def _excessive(octets: bytes, depth: int) -> bool:
    if depth > _DEEPEST:
        return True
    try:
        elements = der.children(octets)
    except der.DerError:
        return False
    tags = [tag for tag, _ in elements]
    for number, (tag, content) in enumerate(elements):
        if tag == der.INTEGER and der.OCTET_STRING in tags[:number] and len(content) <= 64:
            if int.from_bytes(content, "big", signed=True) > MOST_ROUNDS:
                return True
        elif (tag & 0x20 or tag == der.OCTET_STRING) and content and _excessive(content, depth + 1):
            return True
    return False
