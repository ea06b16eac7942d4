"""The script that brings a request to Active Directory Certificate Services with certreq, and the answer back.

The verbs and options are those of Microsoft's certreq page (09/2025).
"""

import re
from typing import Literal

from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

_CA = re.compile(r"[A-Za-z0-9._-]{1,253}\\[^\"%&|<>^!\r\n\t\\]{1,64}")
_TEMPLATE = re.compile(r"[A-Za-z0-9._-]{1,128}")
_FILE = re.compile(r"[^\"%&|<>^!\r\n\t/\\:*?]{1,100}")

KeyPlace = Literal["file", "windows"]
"""Where the key of the request is: in a file, or where Exchange, IIS or certreq -new has put it."""


@frozen
class Enrolment:
    """Which CA is asked for which kind of certificate, by which files."""

    ca: str
    """`host\\name`, as `certutil -config` shows it."""
    template: str
    """Its name, not its display name: no blanks."""
    request: str
    stem: str
    """Of the files that come back: .cer, .p7b and .rsp."""
    key: KeyPlace


def expect_enrolment(ca: str, template: str) -> None:
    """Raise UserProblem for what is no CA or template, or would break out of a script."""
    if not _CA.fullmatch(ca):
        raise UserProblem(
            text(
                "Expected a CA as HOST\\NAME after --adcs, as `certutil -config - -ping` shows it, got “{given}”.",
                given=clean(ca, 100),
            )
        )
    if not _TEMPLATE.fullmatch(template):
        raise UserProblem(
            text(
                "Expected the name of a template (not its display name, and without blanks) after --template, such as "
                "WebServer, got “{given}”.",
                given=clean(template, 100),
            )
        )


def write_script(enrolment: Enrolment) -> bytes:
    """The script for cmd.exe: without argument it submits; with the number of a pending request it retrieves.

    Raises UserProblem for file names that have a meaning to cmd.exe.
    """
    expect_enrolment(enrolment.ca, enrolment.template)
    for name in (enrolment.request, enrolment.stem):
        if not (_FILE.fullmatch(name) and name.isascii()):
            raise UserProblem(
                text("“{name}” cannot be written into a script: choose another name with --out.", name=clean(name, 100))
            )
    stem = enrolment.stem
    answer = f'"{stem}.cer" "{stem}.p7b" "{stem}.rsp"'
    config = f'-config "{enrolment.ca}"'
    attribute = f'-attrib "CertificateTemplate:{enrolment.template}"'
    lines = [
        "@echo off",
        "rem certreq: submit, retrieve, accept. Run it as a user who may enrol from the template.",
        "setlocal",
        'cd /d "%~dp0"',
        f'if exist "{stem}.cer" goto accept',
        'if not "%~1"=="" goto retrieve',
        f'certreq -submit -q {config} {attribute} "{enrolment.request}" {answer}',
        f'if exist "{stem}.cer" goto accept',
        "echo The CA has not issued it yet, or has refused. If it gave a RequestId: once it is issued, run",
        "echo     %~nx0 RequestId",
        "exit /b 1",
        ":retrieve",
        f'certreq -retrieve -q {config} %~1 "{stem}.cer" "{stem}.p7b"',
        f'if not exist "{stem}.cer" exit /b 1',
        ":accept",
        *_accept(enrolment),
        "exit /b %errorlevel%",
        "",
    ]
    return "\r\n".join(lines).encode("ascii")


def _accept(enrolment: Enrolment) -> list[str]:
    stem = enrolment.stem
    if enrolment.key == "windows":
        # The chain brings the intermediates into their store along with it.
        return [f'certreq -accept -q -machine "{stem}.p7b"']
    return [
        "rem certreq -accept looks for a key that certreq has made; this one is in a file:",
        f'mailtrust cert accept "{stem}.p7b" "{stem}.key" --for pfx --out "{stem}"',
        f'if exist "{stem}.pfx" certutil -f -p "" -importpfx "{stem}.pfx" NoExport && del "{stem}.pfx"',
    ]
