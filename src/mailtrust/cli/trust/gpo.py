"""`mailtrust trust gpo`: every computer of a Windows domain."""

import argparse
from dataclasses import replace

from mailtrust.cli.arguments import Example
from mailtrust.cli.translations import told
from mailtrust.cli.trust.making import add_way, wish_of, write
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import text

EXAMPLES: tuple[Example, ...] = (
    ("mailtrust trust gpo --root root.pem --name 'Example Mail' --out policy", None),
    ("mailtrust trust gpo --root root.pem --name 'Example Mail' --out away --remove", text("takes it away again")),
    ("mailtrust trust gpo --root root.pem --merge registry.pol --out policy", text("into a policy that is there")),
)


def add_parser(subcommands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the subcommand."""
    parser = add_way(
        subcommands,
        "gpo",
        summary=text("every computer of a Windows domain: a Group Policy"),
        description=text(
            "Write a Group Policy that brings a root to every computer of a Windows domain, to Firefox and Thunderbird "
            "too: as a PowerShell script (the safest), as a backup for Import-GPO, as registry.pol and LGPO text."
        ),
        examples=EXAMPLES,
        merges="registry.pol",
    )
    policy = parser.add_argument_group(told(text("the policy")))
    policy.add_argument(
        "--domain",
        metavar="DOMAIN",
        help=told(text("the Active Directory domain (default: that of who runs the script)")),
    )
    policy.add_argument(
        "--certificates-only", action="store_true",
        help=told(text("leave auto-enrolment, path validation, Firefox and Thunderbird as they are")),
    )  # fmt: skip
    parser.set_defaults(handler=run)


def run(options: argparse.Namespace) -> int:
    """Write the kit."""
    domain = _domain(options.domain)
    wish, remarks = wish_of(options)
    return write(options, replace(wish, domain=domain, certificates_only=options.certificates_only), remarks)


def _domain(given: str | None) -> str:
    from mailtrust.core.formats.certificate_names import read_names

    if given is None:
        return ""
    names = read_names([given])
    if names.dns_names and "*" not in given:
        return names.dns_names[0]
    raise UserProblem(
        text("Expected an Active Directory domain such as ad.example.com after --domain, got “{given}”.",
             given=clean(given, 100))
    )  # fmt: skip
