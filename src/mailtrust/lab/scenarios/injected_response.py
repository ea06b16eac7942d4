"""Somebody speaks into the connection between the go-ahead and TLS."""

from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A go-between that wants its own words taken for the server's."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "imap", chain=leaf.chain, by=leaf)
    world.behave("mail", "smtp", "imap", manners=Manners(injected=b"* OK 250 injected\r\n"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Take the go-between out of the way."""
    world.behave("mail", "smtp", "imap", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="injected-response",
    title=text("Clear text is injected before TLS begins"),
    build=build,
    expected=Expected(
        ports=(
            # What comes in one packet with the go-ahead is dropped with it by real clients that read by the buffer.
            Port("mail", "imap", accepted=("outlook-windows", "gmail-android", "thunderbird", "openssl")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "openssl", "gnutls")),
        ),
        found=("starttls-injection",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "imap", accepted=("outlook-windows", "gmail-android", "thunderbird", "java-mail", "openssl")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl", "gnutls")),
        ),
    ),
)
