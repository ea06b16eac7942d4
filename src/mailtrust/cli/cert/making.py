"""What the subcommands share that make certificates: names and keys as options, files as results, verdicts shown."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.bundle import FORMS
from mailtrust.cli.bundle_words import say
from mailtrust.cli.files import called_file, expect_writable, write_output
from mailtrust.cli.translations import told
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.core.model.certificate import Certificate, CertificateSpec
    from mailtrust.core.model.chain_verdict import ChainVerdict
    from mailtrust.core.x509.private_key import PrivateKey
    from mailtrust.edge.files import NewFile

KEYS = ("rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384")
"""As CertificateSpec names them; a test compares."""


def add_name_options(parser: argparse.ArgumentParser) -> None:
    """Add what the certificate shall say; `spec_of` reads it."""
    wanted = parser.add_argument_group(told(text("what it shall say")))
    wanted.add_argument(
        "--new-key", metavar="KIND", choices=KEYS, default="rsa-2048",
        help=told(text("rsa-2048 (default), rsa-3072, rsa-4096, ec-p256 or ec-p384")),
    )  # fmt: skip
    wanted.add_argument("--common-name", metavar="CN", help=told(text("default: the first name")))
    wanted.add_argument("--organisation", metavar="O", help=told(text("the organisation's name")))


def spec_of(options: argparse.Namespace, given: Sequence[str], days: int) -> "CertificateSpec":
    """What the options ask for; raises UserProblem for names that no certificate may hold."""
    from mailtrust.core.formats.certificate_names import read_names
    from mailtrust.core.formats.certificate_spec import LONGEST_ATTRIBUTE
    from mailtrust.core.model.certificate import CertificateSpec

    names = read_names(given)
    if not names.dns_names and not names.ip_addresses:
        raise UserProblem(text("Expected the names that clients use, such as mail.example.com, got none."))
    for value, option in ((options.common_name, "--common-name"), (options.organisation, "--organisation")):
        expect_attribute(value, option)
    first = (*names.dns_names, *names.ip_addresses)[0]
    return CertificateSpec(
        dns_names=names.dns_names,
        ip_addresses=names.ip_addresses,
        common_name=options.common_name or (first if len(first) <= LONGEST_ATTRIBUTE else None),
        organisation=options.organisation,
        key=options.new_key,
        lifetime_days=days,
    )


def expect_attribute(value: str | None, option: str) -> None:
    """Raise UserProblem for what cannot stand in a subject."""
    from mailtrust.core.formats.certificate_spec import LONGEST_ATTRIBUTE

    if value is not None and not (0 < len(value.strip()) <= LONGEST_ATTRIBUTE and value.isprintable()):
        raise UserProblem(
            text("Expected 1 to {most} characters after {option}, got {count}, or some that cannot be shown.",
                 most=LONGEST_ATTRIBUTE, option=option, count=len(value))
        )  # fmt: skip


def stem_of(options: argparse.Namespace, name: str) -> Path:
    """Where the files go, without their endings: what --out says, else the first name, made fit for a file."""
    if options.out is not None:
        stem: Path = options.out
        if stem.suffix.lower() in (".pem", ".crt", ".cer", ".key", ".csr", ".req"):
            stem = stem.with_suffix("")
    else:
        stem = Path(name.replace("*", "wildcard").replace(":", "-"))
    expect_writable(beside(stem, ".pem"))
    return stem


def beside(stem: Path, ending: str) -> Path:
    """The file of this stem; a dot in a stem is part of a host's name."""
    return stem.with_name(stem.name + ending)


def new_key_file(path: Path, key: "PrivateKey", password: bytes | None) -> "NewFile":
    """A private key as a file for its owner alone."""
    from mailtrust.edge.files import NewFile

    return NewFile(path, key.to_pem(password).encode("ascii"), 0o600)


def forms_of(given: str) -> tuple[str, ...]:
    """The forms of --for, each once. Raises UserProblem for one that is none."""
    forms = tuple(dict.fromkeys(part.strip().lower() for part in given.split(",") if part.strip()))
    for form in forms or (given,):
        if form not in FORMS:
            raise UserProblem(
                text("Expected forms among {known} after --for, got “{given}”.", known=FORMS, given=clean(form, 60))
            )
    return forms


def bundle_file(
    form: str,
    stem: Path,
    chain: "Sequence[Certificate]",
    key: "PrivateKey | None",
    *,
    password: bytes | None,
    legacy: bool = False,
) -> "NewFile":
    """A chain, leaf first, in one form, as STEM.pem, STEM.pfx, STEM-nginx.pem; mode 0600 where the key is in it."""
    from mailtrust.core.x509.bundles import HOLDS_KEY, suffix_of, write_bundle
    from mailtrust.edge.files import NewFile

    # PEM without a purpose is the chain alone: the key has its file already.
    held = key if form in HOLDS_KEY and form != "pem" else None
    data = write_bundle(form, chain[0], chain[1:], key=held, password=password, legacy=legacy)
    ending = suffix_of(form, with_key=held is not None)
    name = ending if form in ("pem", "pfx") else f"-{form}{ending}"
    return NewFile(beside(stem, name), data, 0o600 if held is not None else 0o644)


def write_files(files: "Sequence[NewFile]") -> None:
    """Write them all or none; raises UserProblem, and never replaces a file: it might be a key."""
    from mailtrust.edge.files import write_new

    try:
        write_new(files)
    except FileExistsError as error:
        raise UserProblem(
            text(
                "{path} is there already and is not replaced: it may be a key that is in use. Move it away, or name "
                "other files with --out.",
                path=called_file(Path(error.filename2 or error.filename)),
            )
        ) from error
    except OSError as error:
        raise UserProblem(
            text("Could not write {path}: {why}. Nothing was written.",
                 path=called_file(files[0].path.parent), why=error.strerror or str(error))
        ) from error  # fmt: skip


def say_written(*written: tuple[Path, Text]) -> None:
    """Each file and what is in it, on standard error."""
    say(*(text("{file}: {role}", file=called_file(path), role=role) for path, role in written))


def show_verdicts(
    options: argparse.Namespace, chain: "Sequence[Certificate]", verdicts: "Sequence[ChainVerdict]", now: "datetime"
) -> None:
    """What every client says, as the options want it; `chain` gives the names, the judged certificate first."""
    from mailtrust.cli.screen import screen_of
    from mailtrust.cli.translations import translator

    translate = translator(options.lang)
    if options.format == "json":
        from mailtrust.core.formats.json_text import to_json_text
        from mailtrust.core.formats.verify_request import VerifyRequest
        from mailtrust.flows.verify import answer_of

        write_output(to_json_text(answer_of(VerifyRequest((chain[0],)), verdicts, now, translate)), options.output)
        return
    from mailtrust.core.report.chain_verdicts import render_chain_verdicts

    screen = screen_of(options)
    shown = render_chain_verdicts(
        verdicts,
        chain,
        width=screen.width,
        colour=screen.colour,
        translate=translate,
        ascii_only=screen.ascii_only,
    )
    write_output(shown.encode(screen.encoding, "replace"), options.output)


def names_of_certificate(certificate: "Certificate") -> tuple[str, ...]:
    """Every name that clients may use for it, its commonName where there is no other."""
    return (*certificate.dns_names, *certificate.ip_addresses) or certificate.subject.common_names[-1:]
