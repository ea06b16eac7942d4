"""STARTTLS is offered and then refused: the service cannot read its key."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """What a server says whose key file it may not read."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "submission", "imap", "pop3", "sieve", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", "submission", "imap", "pop3", "sieve", manners=Manners(upgrade="refused"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Let the service read its key."""
    world.behave("mail", "smtp", "submission", "imap", "pop3", "sieve", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="starttls-refused",
    title=text("The server offers STARTTLS and refuses it"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "smtp", failure=FailureKind.TLS_REFUSED),
            Port("mail", "submission", failure=FailureKind.TLS_REFUSED),
            Port("mail", "imap", failure=FailureKind.TLS_REFUSED),
            Port("mail", "pop3", failure=FailureKind.TLS_REFUSED),
            Port("mail", "sieve", failure=FailureKind.TLS_REFUSED),
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
