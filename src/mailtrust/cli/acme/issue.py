"""`mailtrust acme issue`: a new certificate."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from mailtrust.cli.acme.account import account_of, add_account_options
from mailtrust.cli.acme.files import (
    LEAST,
    dns_of,
    expect_absent,
    files_of,
    judging_of,
    request_in,
    say_issued,
    show,
    stoppable,
)
from mailtrust.cli.acme.proving import add_proving_options, proof_of
from mailtrust.cli.arguments import Example
from mailtrust.cli.cert.making import KEYS, forms_of, stem_of, write_files
from mailtrust.cli.files import expect_one_from_stdin, read_file, read_password
from mailtrust.cli.screen_options import add_screen_options
from mailtrust.cli.translations import told
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

if TYPE_CHECKING:
    from mailtrust.core.formats.acme_record import AcmeRecord

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust acme issue mail.example.com --http 80", text("where no web server has the port")),
    (
        "mailtrust acme issue mail.example.com '*.example.com' --dns-update 192.0.2.53 --tsig-file acme.key --for pfx",
        text("wildcards need dns-01"),
    ),
    ("mailtrust acme issue --from report.json --webroot /var/www/html --out mail", text("... as a check has found")),
    ("mailtrust acme issue --csr exchange.req --hook ./dns.sh --out exchange", text("the key stays where it is")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = subcommands.add_parser(
        "issue",
        help=told(text("order a certificate")),
        description=told(
            text(
                "Order a certificate: prove control over its names, take the chain that most clients accept, write key "
                "and chain, and show what every client says. How it was ordered is kept in STEM.acme.json, for "
                "`acme renew`."
            )
        ),
        examples=EXAMPLES,
        more=lambda: told(
            text("exit status: 0 written; 1 written, but a client refuses it; 2 usage, or refused; 3 could not look")
        ),
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help=told(text("host or *.domain")))
    parser.add_argument(
        "--from", dest="source", metavar="JSON", type=Path,
        help=told(text("take names and key from a report's remedy (check --format json), or from a spec")),
    )  # fmt: skip
    parser.add_argument("--remedy", metavar="ID", help=told(text("which one, where a report asks for several")))
    parser.add_argument(
        "--csr",
        metavar="FILE",
        type=Path,
        help=told(text("a request of Exchange, IIS, certreq or anybody: its key stays")),
    )
    parser.add_argument(
        "--new-key", metavar="KIND", choices=KEYS,
        help=told(text("rsa-2048 (default), rsa-3072, rsa-4096, ec-p256 or ec-p384")),
    )  # fmt: skip
    parser.add_argument("--profile", metavar="NAME", help=told(text("the CA's profile, where it offers several")))
    parser.add_argument(
        "--for", dest="forms", metavar="FORM,...", default="pem",
        help=told(text("the forms besides STEM.pem, as of bundle")),
    )  # fmt: skip
    parser.add_argument(
        "--password-file", metavar="FILE", type=Path, help=told(text("a password for key and PFX, read from this file"))
    )
    parser.add_argument(
        "--out", metavar="STEM|DIR", type=Path, help=told(text("write STEM.key, STEM.pem, STEM.acme.json, ..."))
    )
    add_proving_options(parser)
    add_account_options(parser)
    judging = parser.add_argument_group(told(text("looking and judging")))
    judging.add_argument("--dns", metavar="ADDR:PORT", help=told(text("ask this DNS server")))
    judging.add_argument(
        "--client", metavar="ID,...", help=told(text("the clients that matter when a chain is chosen (default: all)"))
    )
    judging.add_argument(
        "--roots",
        metavar="PEM",
        type=Path,
        help=told(text("the roots that clients have, where the CA is one of your own")),
    )
    add_screen_options(parser)
    parser.set_defaults(handler=run, servers=None)


def run(options: argparse.Namespace) -> int:
    """Order it, write it, show what clients say."""
    from mailtrust.flows.acme import Order, issue, opened, with_certificate

    expect_one_from_stdin(options.source, options.csr, options.roots, options.password_file)
    folder = account_of(options)
    record = _record(options, folder.path)
    if options.out is not None and options.out.is_dir():
        options.out = options.out / record.names[0].replace("*", "wildcard").replace(":", "-")
    stem = stem_of(options, record.names[0])
    password = read_password(options.password_file)
    expect_absent(stem, record)
    request = None if options.csr is None else request_in(options.csr)[0]
    judging = judging_of(record)
    with stoppable(), opened(folder) as session:
        issued = issue(session, Order(record, request, dns=dns_of(record)), judging)
    files, last = files_of(stem, with_certificate(record, issued), issued, password)
    write_files([*files, last])
    say_issued(stem, issued, [*files, last], password)
    return show(options, issued, judging)


def _record(options: argparse.Namespace, folder: Path) -> "AcmeRecord":
    """What is ordered, as it is kept; raises UserProblem before anything is done."""
    from mailtrust.core.formats.acme_record import AcmeRecord
    from mailtrust.core.formats.certificate_names import read_names
    from mailtrust.core.formats.certificate_spec import read_spec
    from mailtrust.core.model.certificate import CertificateSpec
    from mailtrust.core.x509.bundles import NEEDS_KEY

    sources = (bool(options.names), options.source is not None, options.csr is not None)
    if sum(sources) != 1:
        raise UserProblem(
            text("Expected names, or a file with them after --from, or a request after --csr: one of them.")
        )
    forms = [form for form in forms_of(options.forms) if form not in LEAST]
    usual = CertificateSpec(()).key
    if options.csr is not None:
        if options.new_key or options.password_file or NEEDS_KEY.intersection(forms):
            raise UserProblem(
                text("With --csr the key is elsewhere: leave out --new-key, --password-file and forms that hold it.")
            )
        names = read_names(request_in(options.csr)[1])
    elif options.source is not None:
        spec = read_spec(read_file(options.source), options.remedy)
        names, usual = read_names((*spec.dns_names, *spec.ip_addresses)), spec.key
    else:
        names = read_names(options.names)
    if not names.dns_names and not names.ip_addresses:
        raise UserProblem(text("Expected the names that clients use, such as mail.example.com, got none."))
    return AcmeRecord(
        account=str(folder),
        names=[*names.dns_names, *names.ip_addresses],
        key=options.new_key or usual,
        proof=proof_of(options),
        csr=_absolute(options.csr),
        profile=options.profile,
        forms=forms,
        password_file=_absolute(options.password_file),
        clients=_clients(options),
        roots=_absolute(options.roots),
        dns=options.dns,
    )


def _absolute(path: Path | None) -> str | None:
    if path is not None and str(path) == "-":
        raise UserProblem(text("Standard input (-) is gone when it is renewed: give a file."))
    return None if path is None else str(path.resolve())


def _clients(options: argparse.Namespace) -> list[str] | None:
    from mailtrust.cli.looking import clients_of
    from mailtrust.cli.organisation import organisation_of

    if options.client is not None:
        return [client.id for client in clients_of(options.client)]
    return list(organisation_of(options).clients) or None
