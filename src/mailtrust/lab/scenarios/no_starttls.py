"""STARTTLS was switched off: passwords and mail pass in the clear."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Nobody set up TLS on the ports that start in clear text."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "submission", "imap", "pop3", "sieve", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", "submission", "imap", "pop3", "sieve", manners=Manners(upgrade="absent"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Switch it on."""
    world.behave("mail", "smtp", "submission", "imap", "pop3", "sieve", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="no-starttls",
    title=text("The server does not offer STARTTLS"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "smtp", failure=FailureKind.TLS_NOT_OFFERED),
            Port("mail", "submission", failure=FailureKind.TLS_NOT_OFFERED),
            Port("mail", "imap", failure=FailureKind.TLS_NOT_OFFERED),
            Port("mail", "pop3", failure=FailureKind.TLS_NOT_OFFERED),
            Port("mail", "sieve", failure=FailureKind.TLS_NOT_OFFERED),
        ),
        found=("tls-not-offered",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port(
                "mail",
                "imap",
                accepted=("outlook-windows", "gmail-android", "thunderbird", "java-mail", "openssl", "gnutls"),
            ),
            Port("mail", "submission", accepted=("outlook-windows", "gmail-android", "thunderbird", "java-mail")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl", "gnutls")),
        ),
    ),
)
