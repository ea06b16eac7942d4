"""`mailtrust cert request`: key and request for a CA, and the script for a CA of the domain."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.making import (
    add_name_options,
    beside,
    new_key_file,
    say_written,
    spec_of,
    stem_of,
    write_files,
)
from mailtrust.cli.files import called_file, expect_one_from_stdin, read_file, read_key, read_password
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.issuance.adcs import KeyPlace
    from mailtrust.core.model.certificate import CertificateSpec
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.edge.files import NewFile

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert request mail.example.com autodiscover.example.com", text("a new key and mail.example.com.csr")),
    ("mailtrust check mail.example.com --format json -o report.json", text("what is wrong with the present one ...")),
    ("mailtrust cert request --from report.json --out mail", text("... and the request for one that is right")),
    (
        "mailtrust cert request mail.example.com --adcs 'ca1.example.com\\Example CA' --template WebServer",
        text("with the script for a CA of the domain"),
    ),
    (
        "mailtrust cert request --request exchange.req --adcs 'ca1\\Example CA' --template WebServer",
        text("the script alone, for a request of Exchange"),
    ),
)

FORMS = ("pem", "der", "utf16")
"""As core/x509/request.py has them, which is not loaded for --help; a test compares."""
_ENDINGS = {"pem": ".csr", "der": ".csr", "utf16": ".req"}


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "request",
        help=told(text("make a key and a request for a CA (PKCS#10)")),
        description=told(
            text(
                "Make a key and a request for a CA. The CA's answer and the key are joined by `mailtrust cert accept`."
            )
        ),
        examples=EXAMPLES,
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=told(text("host, *.domain or IP address")))
    parser.add_argument(
        "--from", dest="source", metavar="JSON", type=Path,
        help=told(text(
            "take names and key from a report's remedy (check --format json), from services least --format json, or "
            "from a spec"
        )),
    )  # fmt: skip
    parser.add_argument("--remedy", metavar="ID", help=told(text("which one, where a report asks for several")))
    add_name_options(parser)
    parser.add_argument("--key", metavar="FILE", type=Path, help=told(text("use this key instead of a new one")))
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("the password of the key, read from this file or from standard input (-)")),
    )  # fmt: skip
    parser.add_argument(
        "--form", choices=FORMS, default="pem", help=told(text("pem (default), der, or utf16 as Exchange writes it"))
    )
    adcs = parser.add_argument_group(told(text("for Active Directory Certificate Services")))
    adcs.add_argument("--adcs", metavar="CA\\NAME", help=told(text("write the script that asks this CA as well")))
    adcs.add_argument("--template", metavar="NAME", help=told(text("the template's name, such as WebServer")))
    adcs.add_argument(
        "--request", metavar="FILE", type=Path,
        help=told(text("a request that is there already, of Exchange, IIS or certreq: the script alone is written")),
    )  # fmt: skip
    parser.add_argument("--out", metavar="STEM", type=Path, help=told(text("write STEM.csr and STEM.key")))
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make request and script, write them."""
    from mailtrust.flows.request import request_certificate

    expect_one_from_stdin(options.source, options.key, options.password_file, options.request)
    if (options.adcs is None) != (options.template is None):
        raise UserProblem(text("--adcs and --template go together: which CA, and which kind of certificate."))
    if options.request is not None:
        return _script_alone(options)
    spec = _spec(options)
    stem = stem_of(options, (*spec.dns_names, *spec.ip_addresses)[0])
    password = read_password(options.password_file)
    given = None if options.key is None else read_key(options.key, password)
    made = request_certificate(spec, given)
    _write(options, stem, made.request, made.key if made.new_key else None, password)
    names = (*spec.dns_names, *spec.ip_addresses)
    say(text("The request asks for {names}. When the CA has answered: mailtrust cert accept ANSWER {key}.",
             names=names, key=called_file(options.key or beside(stem, ".key"))))  # fmt: skip
    if made.new_key and password is None:
        say(text("The private key is not encrypted: keep the file to yourself, or give --password-file."))
    return exit_status.CLEAN


def _spec(options: argparse.Namespace) -> "CertificateSpec":
    if options.source is None:
        return spec_of(options, options.names, 90)
    if options.names:
        raise UserProblem(text("Expected names, or a file with them after --from, got both."))
    from mailtrust.core.formats.certificate_spec import read_spec

    return read_spec(read_file(options.source), options.remedy)


def _write(
    options: argparse.Namespace, stem: Path, request: bytes, key: "PrivateKey | None", password: bytes | None
) -> None:
    from mailtrust.core.x509.request import write_request_file
    from mailtrust.edge.files import NewFile

    files: list[NewFile] = []
    written: list[tuple[Path, Text]] = []
    if key is not None:
        files.append(new_key_file(beside(stem, ".key"), key, password))
        written.append((files[-1].path, text("the private key, which stays here (mode 0600)")))
    asked = beside(stem, _ENDINGS[options.form])
    files.append(NewFile(asked, write_request_file(request, options.form)))
    written.append((asked, text("the request, for the CA")))
    if options.adcs is not None:
        script = _script(options, asked.name, stem, in_windows=False)
        files.append(script)
        written.append((script.path, text("the script that brings it to the CA and fetches the answer")))
    write_files(files)
    say_written(*written)


def _script_alone(options: argparse.Namespace) -> int:
    """The script for a request whose key Windows keeps."""
    from mailtrust.cli.files import read_anything
    from mailtrust.core.x509.containers import Kind

    if options.adcs is None:
        raise UserProblem(text("--request goes with --adcs and --template: it is for the script alone."))
    contents = read_anything(options.request)
    if not any(other.kind is Kind.REQUEST for other in contents.others):
        raise UserProblem(
            text("Expected a request (PKCS#10) in {path}, found none.", path=called_file(options.request))
        )
    stem = stem_of(options, options.request.stem)
    script = _script(options, options.request.name, stem, in_windows=True)
    write_files((script,))
    say_written((script.path, text("the script that brings it to the CA, and the answer to its key")))
    say(text("Run it on the machine where the request was made: its key is there."))
    return exit_status.CLEAN


def _script(options: argparse.Namespace, request: str, stem: Path, *, in_windows: bool) -> "NewFile":
    from mailtrust.core.issuance.adcs import Enrolment, write_script
    from mailtrust.edge.files import NewFile

    place: KeyPlace = "windows" if in_windows else "file"
    enrolment = Enrolment(options.adcs, options.template, request, stem.name, place)
    return NewFile(beside(stem, "-adcs.cmd"), write_script(enrolment))
