"""Files that the command reads and writes, and standard input and output in their stead."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.containers import Contents
    from mailtrust.core.x509.private_key import PrivateKey

STANDARD = Path("-")
"""Standard input, or standard output."""

LARGEST = 64 * 1024 * 1024
"""Octets of a file that is read: a device never ends, and no case file, zip or PFX comes near it."""


def read_file(path: Path) -> bytes:
    """The file's octets; `-` is standard input."""
    try:
        if path == STANDARD:
            data = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
    except OSError as error:
        raise UserProblem(
            text("Could not read {path}: {why}.", path=called_file(path), why=error.strerror or str(error))
        ) from error
    if len(data) > LARGEST:
        raise UserProblem(
            text(
                "{path} is larger than {limit} MB, more than mailtrust reads. Give a file with certificates, or a case "
                "file.",
                path=called_file(path),
                limit=LARGEST // 1024 // 1024,
            )
        )
    return data


def read_certificates(path: Path, password: bytes | None = None) -> "Contents":
    """What stands in a file of any form; raises UserProblem where there is no certificate, and says what is there."""
    contents = read_anything(path, password)
    if contents.certificates:
        return contents
    found = [text("{file}: {role}", file=other.origin, role=other.role) for other in contents.others]
    found += [text("{file}: {role}", file=item.origin, role=item.role) for item in contents.items]
    raise UserProblem(
        in_a_row(
            text("Expected certificates in {path} (PEM, DER, PKCS#7, PFX or zip), found none.", path=called_file(path)),
            *(text("Found there: {what}.", what=one) for one in found[:3]),
            *contents.problems[:3],
        )
    )


def read_anything(path: Path, password: bytes | None = None) -> "Contents":
    """What stands in a file of any form, even if it is nothing of ours."""
    from mailtrust.core.x509.containers import read_container

    return read_container(read_file(path), _name(path), password)


def certificates_of(path: Path, password: bytes | None = None) -> "tuple[Certificate, ...]":
    """Every certificate in a file of any form that `bundle` reads; raises UserProblem where there is none."""
    return read_certificates(path, password).certificates


def hypothetical_chain(path: Path, password: bytes | None = None) -> "tuple[Certificate, ...]":
    """The chain that a server given this file would present: a PEM file as it stands, any other form in order."""
    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.x509.chain_order import presented_order
    from mailtrust.core.x509.containers import Form

    contents = read_certificates(path, password)
    if contents.form is not Form.PEM:
        return presented_order(contents.certificates)
    return tuple(item.certificate for item in contents.items if isinstance(item.certificate, Certificate))


def read_key(path: Path, password: bytes | None) -> "PrivateKey":
    """The private key in a file: PEM or DER, alone or beside certificates, or in a PFX. Raises UserProblem."""
    from mailtrust.core.x509.containers import read_container
    from mailtrust.core.x509.private_key import read_private_key

    data = read_file(path)
    contents = read_container(data, _name(path), password)
    if len(contents.keys) == 1:
        return contents.keys[0]
    if contents.keys:
        raise UserProblem(text("{path} holds more than one private key: give a file with one.", path=called_file(path)))
    if contents.problems:
        raise UserProblem(in_a_row(*contents.problems[:3]))
    if contents.items:
        raise UserProblem(text("Expected a private key in {path}, found only certificates.", path=called_file(path)))
    key = read_private_key(data, password)
    if isinstance(key, Text):
        raise UserProblem(text("{path}: {why}", path=called_file(path), why=key))
    return key


def read_password(path: Path | None) -> bytes | None:
    """The first line of the file, as most tools have it; None when no file is named.

    On a terminal it is asked for, and not shown; where standard input is no terminal nothing is asked.
    """
    if path is None:
        return None
    if path == STANDARD and sys.stdin is not None and sys.stdin.isatty():
        from getpass import getpass

        from mailtrust.cli.translations import current

        password = getpass(text("Password: ").render(current())).encode("utf-8")
    else:
        password = read_file(path).split(b"\n", 1)[0].rstrip(b"\r")
    if not password:
        raise UserProblem(
            text("Expected a password in the first line of {path}, found nothing.", path=called_file(path))
        )
    return password


def expect_one_from_stdin(*paths: Path | None) -> None:
    """Raise UserProblem when two of these are standard input, which can be read once only."""
    if sum(path == STANDARD for path in paths) > 1:
        raise UserProblem(text("Standard input (-) can stand for one file only: name the others."))


def expect_writable(path: Path | None) -> None:
    """Raise UserProblem, before anything is looked at, when a result could not be written there afterwards."""
    if path is None or path == STANDARD:
        return
    folder = path.parent
    # os.path answers no where pathlib raises: for a name that is too long.
    if os.path.isdir(path):
        why = text("it is a folder")
    elif not os.path.isdir(folder):
        why = text("there is no folder {folder}", folder=called_file(folder))
    elif not os.access(folder, os.W_OK):
        why = text("you may not write in {folder}", folder=called_file(folder.resolve()))
    else:
        return
    raise UserProblem(text("Could not write {path}: {why}.", path=called_file(path), why=why))


def write_output(data: bytes, output: Path | None, *, private: bool = False) -> None:
    """Write a result to a file, whole or not at all (mode 0600 when private), or to standard output."""
    try:
        if output is None or output == STANDARD:
            _write_out(data)
        else:
            from mailtrust.edge.files import write_whole

            write_whole(output, data, mode=0o600 if private else 0o644)
    except OSError as error:
        where = text("to standard output") if output is None or output == STANDARD else called_file(output)
        raise UserProblem(
            text("Could not write {path}: {why}.", path=where, why=error.strerror or str(error))
        ) from error


def expect_harmless(output: Path | None, data: bytes, key: "PrivateKey | None") -> None:
    """Raise UserProblem where a key would be shown or lost, or where octets would upset a terminal."""
    if output is None or output == STANDARD:
        if not sys.stdout.isatty():
            return
        if key is not None:
            raise UserProblem(text("This form holds the private key, which is not shown on a terminal: give -o FILE."))
        if not data.isascii():
            raise UserProblem(text("This form is no text, and a terminal cannot show it: give -o FILE."))
    elif os.path.isfile(output) and _loses_a_key(output, key):
        raise UserProblem(
            text(
                "{path} holds a private key that would be lost: give another file with -o.",
                path=called_file(output),
            )
        )


def _loses_a_key(output: Path, key: "PrivateKey | None") -> bool:
    """Whether a file holds another private key than the one that is written, or one that cannot be looked at."""
    from mailtrust.core.x509.containers import Form, read_container

    there = read_file(output)
    contents = read_container(there, output.name)
    if contents.keys:
        return any(key is None or one.spki != key.spki for one in contents.keys)
    # An encrypted key, or a container that is closed by a password, counts as one.
    return b"PRIVATE KEY-----" in there or contents.form in (Form.PKCS12, Form.JKS)


def in_a_row(*sentences: Text) -> Text:
    """Several sentences as one text; each is translated by itself."""
    first, *others = sentences
    for sentence in others:
        first = text("{one} {next}", one=first, next=sentence)
    return first


def _write_out(data: bytes) -> None:
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    except BrokenPipeError:
        leave_pipe()


def leave_pipe() -> None:
    """The reader of our output has left (`| head`): that is no failure, and Python is not to complain at exit."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def called_file(path: Path) -> str:
    """A file's name for people; what no character set or terminal can show is spelled out."""
    return "stdin" if path == STANDARD else clean(str(path), 200)


def _name(path: Path) -> str:
    return "stdin" if path == STANDARD else path.name
