"""`mailtrust cert inf`: certreq's INF files without Windows: read, explained, made, and written."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli import exit_status
from mailtrust.cli.arguments import Example
from mailtrust.cli.bundle_words import say
from mailtrust.cli.cert.inf_result import files_of, summary_of, verdicts_on
from mailtrust.cli.cert.making import add_name_options, beside, say_written, spec_of, stem_of, write_files
from mailtrust.cli.files import called_file, expect_one_from_stdin, read_file, read_password, write_output
from mailtrust.cli.numbers import Positive
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from mailtrust.core.formats.certreq_inf.meaning import Reading
    from mailtrust.core.formats.certreq_inf.remark import Remark
    from mailtrust.core.model.certificate import CertificateSpec

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust cert inf request.inf --out mail", text("what certreq -new would make, as files")),
    ("mailtrust cert inf request.inf --explain", text("what Windows would do with each line")),
    (
        "mailtrust cert inf --write mail.example.com autodiscover.example.com --out mail",
        text("an INF file, and its twin"),
    ),
    ("mailtrust cert inf --write mail.example.com --self-signed --days 825", None),
)

_ENDINGS = (".inf", ".cnf", ".pfx")
_LONGEST_DAYS = 36500
_APPLE_DAYS = 825


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "inf",
        help=told(text("make what a certreq INF file asks for, explain it, or write one")),
        description=told(
            text(
                "Read an INF file of certreq and make what it asks for: with RequestType = Cert NAME.pem, NAME.key and "
                "NAME.pfx, with PKCS10 NAME.csr and NAME.key. What Exchange, MailStore or a mail client will mind is "
                "told. With --write: make such a file for names, and an openssl.cnf that makes the same."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 made, written or explained; 2 the file, or the command, has to be mended")
        ),
    )
    parser.add_argument("given", metavar="FILE|NAME", nargs="*", help=told(text("the INF file; with --write, names")))
    parser.add_argument("--out", metavar="NAME", type=Path, help=told(text("write NAME.pem, NAME.key, ...")))
    parser.add_argument("--explain", action="store_true", help=told(text("say what Windows does with each line")))
    parser.add_argument(
        "--format", choices=("text", "json"), default="text",
        help=told(text("with --explain: for people or for a program (default: text)")),
    )  # fmt: skip
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path,
        help=told(text("encrypt PFX and key with the password in this file, or from standard input (-)")),
    )  # fmt: skip
    parser.add_argument("--lang", choices=("en", "fr", "zh"), help=told(text("language of the messages")))
    writing = parser.add_argument_group(told(text("writing")))
    writing.add_argument(
        "--write", action="store_true", help=told(text("write NAME.inf and NAME.cnf for these hosts and IP addresses"))
    )
    writing.add_argument(
        "--from", dest="source", metavar="JSON", type=Path,
        help=told(text("take names and key from a report's remedy (check --format json), or from a spec")),
    )  # fmt: skip
    writing.add_argument("--remedy", metavar="ID", help=told(text("which one, where a report asks for several")))
    writing.add_argument("--self-signed", action="store_true", help=told(text("a certificate, not a request")))
    writing.add_argument(
        "--days", metavar="N", type=Positive("--days", _LONGEST_DAYS),
        help=told(text("with --self-signed: its lifetime (default: 825, Apple's limit)")),
    )  # fmt: skip
    add_name_options(parser)
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Make, explain or write."""
    if options.out is not None and options.out.suffix.lower() in _ENDINGS:
        options.out = options.out.with_suffix("")
    if options.write:
        return _write(options)
    return _make(options)


def _write(options: argparse.Namespace) -> int:
    from shlex import join

    from mailtrust.core.formats.certreq_inf.write import encode_inf, requested_of, write_inf
    from mailtrust.core.formats.openssl_conf import openssl_command, write_openssl_conf
    from mailtrust.edge.files import NewFile

    reading = {"--explain": options.explain, "--format json": options.format == "json",
               "--password-file": options.password_file}  # fmt: skip
    for option, given in reading.items():
        if given:
            raise UserProblem(text("{option} is for reading a file; --write makes one.", option=option))
    if options.days is not None and not options.self_signed:
        raise UserProblem(text("--days goes with --self-signed: for a request the CA decides how long."))
    spec = _spec(options)
    asked = requested_of(spec, self_signed=options.self_signed)
    stem = stem_of(options, (*spec.dns_names, *spec.ip_addresses)[0])
    inf, twin = beside(stem, ".inf"), beside(stem, ".cnf")
    conf = write_openssl_conf(asked, stem.name, spec.lifetime_days)
    write_files((NewFile(inf, encode_inf(write_inf(asked))), NewFile(twin, conf.encode("utf-8"))))
    result = beside(stem, ".cer" if options.self_signed else ".csr").name
    say_written(
        (
            inf,
            text("for Windows, as administrator: certreq -new -machine {file} {result}", file=inf.name, result=result),
        ),
        (twin, text("for Unix: {command}", command=join(openssl_command(asked, stem.name, spec.lifetime_days)))),
    )
    return exit_status.CLEAN


def _spec(options: argparse.Namespace) -> "CertificateSpec":
    from dataclasses import replace

    days = options.days or _APPLE_DAYS
    if options.source is None:
        return spec_of(options, options.given, days)
    if options.given:
        raise UserProblem(text("Expected names, or a file with them after --from, got both."))
    from mailtrust.core.formats.certificate_spec import read_spec

    spec = read_spec(read_file(options.source), options.remedy)
    return spec if options.days is None else replace(spec, lifetime_days=days)


def _make(options: argparse.Namespace) -> int:
    from datetime import UTC, datetime

    from mailtrust.core.formats.certreq_inf.lints import lint
    from mailtrust.flows.certreq import make

    path = _file_of(options)
    expect_one_from_stdin(path, options.password_file)
    reading = _read(path)
    now = datetime.now(UTC)
    remarks = sorted((*reading.remarks, *lint(reading, now)), key=lambda remark: remark.line)
    if options.explain:
        _explain(options, path, reading, remarks)
    if options.format == "text":
        say(*(_told(path, remark) for remark in remarks))
    if reading.requested is None:
        raise UserProblem(
            text("{file} cannot be made before {count} mistakes are mended; nothing was written.",
                 file=called_file(path), count=len(reading.errors))
        )  # fmt: skip
    if options.out is None:
        return exit_status.CLEAN
    stem = stem_of(options, path.stem)
    password = read_password(options.password_file)
    made = make(reading.requested, now)
    written = files_of(reading.requested, made, stem, password)
    write_files([file for file, _ in written])
    say_written(*((file.path, role) for file, role in written))
    say(*summary_of(reading.requested, made, stem, password))
    if not isinstance(made.result, bytes):
        say(*verdicts_on(made.result, beside(stem, ".pem"), now))
    return exit_status.CLEAN


def _file_of(options: argparse.Namespace) -> Path:
    for wrong, option in ((options.self_signed, "--self-signed"), (options.days, "--days")):
        if wrong:
            raise UserProblem(text("{option} goes with --write; a file says so itself.", option=option))
    if options.source is not None or options.remedy is not None:
        raise UserProblem(text("--from and --remedy go with --write; a file says itself what it asks for."))
    if options.format == "json" and not options.explain:
        raise UserProblem(text("--format json goes with --explain: what is made are files."))
    if len(options.given) != 1:
        raise UserProblem(
            text("Expected one INF file, got {count} arguments; names need --write.", count=len(options.given))
        )
    if options.out is None and not options.explain:
        raise UserProblem(text("Expected --out NAME for what is made, or --explain to read about it first."))
    return Path(options.given[0])


def _read(path: Path) -> "Reading":
    from mailtrust.core.formats.certreq_inf.encoding import MOST_OCTETS, decode
    from mailtrust.core.formats.certreq_inf.meaning import read_request

    octets = read_file(path)
    if len(octets) > MOST_OCTETS:
        raise UserProblem(
            text("{file} is larger than {most} KB, and no INF file.", file=called_file(path), most=MOST_OCTETS // 1024)
        )
    source, encoding = decode(octets)
    if encoding == "windows-1252":
        say(
            text(
                "{file} is no UTF-8 and is read as Windows-1252: where letters come out wrong, save it as UTF-8 or "
                "Unicode.",
                file=called_file(path),
            )
        )
    return read_request(source)


def _told(path: Path, remark: "Remark") -> Text:
    grade = {"error": text("error"), "warning": text("warning"), "note": text("note")}[remark.severity]
    if not remark.line:
        return text("{file}: {grade}: {what}", file=called_file(path), grade=grade, what=remark.text)
    return text(
        "{file}, line {line}: {grade}: {what}", file=called_file(path), line=remark.line, grade=grade, what=remark.text
    )


def _explain(options: argparse.Namespace, path: Path, reading: "Reading", remarks: "Sequence[Remark]") -> None:
    from mailtrust.cli.translations import current
    from mailtrust.core.formats.certreq_inf.explanation import explain

    lines, translate = explain(reading), current()
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text
        from mailtrust.core.report.inf_wire import inf_wire

        write_output(to_json_text(inf_wire(called_file(path), lines, remarks, translate)), None)
        return
    shown = []
    for line in lines:
        shown.append(f"{line.number:>4}  {line.key} = {line.value}")
        shown.append("      " + text("Windows: {does}", does=line.windows).render(translate))
        shown.append("      " + text("mailtrust: {does}", does=line.here).render(translate))
    write_output("".join(f"{line}\n" for line in shown).encode("utf-8"), None)
