"""The zip that a CA sends: its members, unpacked in memory and within bounds."""

import io
import zipfile
import zlib

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.text import Text, text

MAX_MEMBERS = 200
MAX_MEMBER_OCTETS = 1024 * 1024
MAX_TOTAL_OCTETS = 8 * 1024 * 1024
MAX_RATIO = 100
"""Certificates hardly compress; what unpacks to more than this many times its size is a bomb."""

_JUDGED_FROM = 64 * 1024
"""Octets below which the ratio says nothing."""
_SHOWN_NAME = 200
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # the others cannot be unpacked in bounded memory
_CLUTTER = ("__MACOSX/", ".DS_Store", "Thumbs.db")


def unpack(data: bytes, password: bytes | None) -> tuple[tuple[tuple[str, bytes], ...], tuple[Text, ...]]:
    """Unpack a zip archive: (name, octets) of its files in order, and what was left out and why."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        # Not `is_dir`, which breaks at a member without a name.
        infos = [one for one in archive.infolist() if not (one.filename.endswith("/") or _is_clutter(one.filename))]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, UnicodeDecodeError):
        return (), (text("The zip archive is damaged: ask for it again, or give the files inside it one by one."),)
    problems: list[Text] = []
    if len(infos) > MAX_MEMBERS:
        problems.append(
            text(
                "The zip archive holds {count} files; only the first {limit} were read.",
                count=len(infos),
                limit=MAX_MEMBERS,
            )
        )
    members: list[tuple[str, bytes]] = []
    left = MAX_TOTAL_OCTETS
    for info in infos[:MAX_MEMBERS]:
        name = clean(info.filename, _SHOWN_NAME)
        read = _member(archive, info, min(left, MAX_MEMBER_OCTETS), password)
        if isinstance(read, Text):
            problems.append(text("{file} in the zip archive was not read: {why}", file=name, why=read))
            continue
        left -= len(read)
        members.append((name, read))
    return tuple(members), tuple(problems)


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, limit: int, password: bytes | None) -> bytes | Text:
    if info.compress_type not in _METHODS:
        return text("it is compressed in a way that is not supported.")
    try:
        with archive.open(info, pwd=password if info.flag_bits & 1 else None) as member:
            octets = member.read(limit + 1)  # bounded by what comes out, not by what the archive claims
    except RuntimeError:  # the library's answer to a missing or wrong password
        return text("it is encrypted, and the password is missing or another one.")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError):
        return text("it is damaged.")
    if len(octets) > limit or len(octets) > max(_JUDGED_FROM, MAX_RATIO * info.compress_size):
        return text("it is larger than files of certificates are.")
    return octets


def _is_clutter(name: str) -> bool:
    return any(part in name for part in _CLUTTER)
