"""Names for files, and for objects in products that take no more than a file's name may hold."""

import hashlib
import re

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.rules.grounds.naming import called

MOST_FILE_NAME = 60


def file_name(text: str) -> str:
    """A name for files and for products that take letters, digits, `.`, `-` and `_` only."""
    name = re.sub(r"[^A-Za-z0-9_-]*(\.)[^A-Za-z0-9_-]*|[^A-Za-z0-9_-]+", lambda odd: odd[1] or "-", text)
    return name.strip("-.")[:MOST_FILE_NAME] or "server"


def distinct_file_name(text: str) -> str:
    """A name for files that is another for each text, also where letters are lost that a file's name cannot have."""
    if re.fullmatch(r"[A-Za-z0-9]+([ .-][A-Za-z0-9]+)*", text) and len(text) <= MOST_FILE_NAME:
        return file_name(text)
    return f"{file_name(text)[: MOST_FILE_NAME - 9]}-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:8]}"


def certificate_file(certificate: Certificate) -> str:
    """A name for a file with one certificate: what it is called, and as much of its fingerprint as tells it apart."""
    return f"{file_name(called(certificate.subject))[:40]}-{certificate.fingerprint[:8]}"
