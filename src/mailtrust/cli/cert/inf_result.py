"""What comes of an INF file: the files that are written, what is told of them, and who accepts the certificate."""

from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.cert.making import beside, new_key_file
from mailtrust.cli.files import called_file
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text

if TYPE_CHECKING:
    from datetime import datetime

    from mailtrust.core.model.certificate import Certificate
    from mailtrust.core.model.requested_certificate import RequestedCertificate
    from mailtrust.edge.files import NewFile
    from mailtrust.flows.certreq import Made


def files_of(
    asked: "RequestedCertificate", made: "Made", stem: Path, password: bytes | None
) -> "list[tuple[NewFile, Text]]":
    """The files, each with what it is for. Raises UserProblem where no PFX can be made."""
    from mailtrust.core.x509.pem import to_pem
    from mailtrust.edge.files import NewFile

    key = (
        new_key_file(beside(stem, ".key"), made.key, password),
        text("the private key, for the server alone (mode 0600)"),
    )
    if isinstance(made.result, bytes):
        from mailtrust.core.x509.request import write_request_file

        request = NewFile(beside(stem, ".csr"), write_request_file(made.result, "pem"))
        return [key, (request, text("the request, for the CA"))]
    certificate = NewFile(beside(stem, ".pem"), to_pem(made.result).encode("ascii"))
    pfx = NewFile(beside(stem, ".pfx"), _pfx(asked, made.result, made, password), 0o600)
    return [
        key,
        (certificate, text("the certificate, for the server, and as a root for clients")),
        (pfx, text("both in one, for Windows")),
    ]


def _pfx(asked: "RequestedCertificate", certificate: "Certificate", made: "Made", password: bytes | None) -> bytes:
    from mailtrust.core.x509.pkcs12 import write_pkcs12
    from mailtrust.core.x509.pkcs12_attributes import KeyHome

    try:
        return write_pkcs12(
            certificate,
            (),
            made.key,
            friendly_name=asked.keeping.friendly_name or asked.common_name or asked.names[0].value,
            password=password,
            home=KeyHome(asked.keeping.provider, machine=asked.keeping.machine),
        )
    except ValueError as error:
        raise UserProblem(
            text(
                "No PFX can be made of this certificate: an extension in the file has a value that programs refuse to "
                "read. Nothing was written."
            )
        ) from error


def summary_of(asked: "RequestedCertificate", made: "Made", stem: Path, password: bytes | None) -> list[Text]:
    """What was made, and what is to be done next."""
    from mailtrust.core.model.cleaning import clean
    from mailtrust.core.x509.extensions import KEY_USAGES

    names = tuple(f"{name.kind.upper()} {clean(name.value, 100)}" for name in asked.names)
    usages = tuple(name for name in KEY_USAGES if name in (asked.key_usage or ()))
    told = [text("names: {names}", names=names)] if names else []
    if usages:
        told.append(text("key usage: {usages}", usages=usages))
    if isinstance(made.result, bytes):
        told.append(text("What Windows tells a CA about itself (version, user, provider) is not in the request."))
        told.append(
            text("When the CA has answered: mailtrust cert accept ANSWER {key}.", key=called_file(beside(stem, ".key")))
        )
    else:
        told.append(text("valid from {first} to {last}", first=made.result.not_before, last=made.result.not_after))
    if password is None:
        told.append(
            text("Key and PFX are not encrypted and the PFX has no password: keep them, or give --password-file.")
            if not isinstance(made.result, bytes)
            else text("The private key is not encrypted: keep the file to yourself, or give --password-file.")
        )
    return told


def verdicts_on(certificate: "Certificate", path: Path, now: "datetime") -> list[Text]:
    """Who accepts it under its names, once it is trusted as a root."""
    from mailtrust.cli.verify import store_loader
    from mailtrust.core.formats.host_name import is_address
    from mailtrust.flows.self_signed import judged

    # An address that stands as a DNS name has its own warning; no client looks for it there.
    names = (*(name for name in certificate.dns_names if not is_address(name)), *certificate.ip_addresses)
    names = names or tuple(name for name in certificate.subject.common_names[-1:] if _is_host(name))
    if not names:
        return []
    verdicts = judged((certificate,), certificate, names, clients=None, store_named=store_loader(), now=now)
    accepting = tuple(Text(verdict.client.title) for verdict in verdicts if verdict.valid)
    told = []
    if accepting:
        told.append(
            text("Clients that trust {file} as a root accept it: {clients}.", file=called_file(path), clients=accepting)
        )
    for verdict in verdicts:
        if verdict.valid is False:
            codes = tuple(dict.fromkeys(reason.code for reason in verdict.reasons if reason.severity == "error"))
            told.append(text("{client} refuses it all the same: {why}.", client=Text(verdict.client.title), why=codes))
    return told


def _is_host(name: str) -> bool:
    from mailtrust.core.formats.host_name import TargetError, parse_host

    try:
        return bool(parse_host(name))
    except TargetError:
        return False
