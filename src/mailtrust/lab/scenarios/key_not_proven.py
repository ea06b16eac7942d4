"""The key in the server belongs to another certificate, and the server does not notice."""

from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Renewed with a new key, and the old key file stayed where it was."""
    leaf = world.pki.leaf(world.name("mail"))
    older = world.pki.leaf(world.name("old"))
    world.serve("mail", "https", "imap", chain=leaf.chain, by=older)
    world.behave("mail", "https", "imap", manners=Manners(handshake="by-hand"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Put the key there that belongs to the certificate."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imap", chain=leaf.chain, by=leaf)
    world.behave("mail", "https", "imap", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="key-not-proven",
    title=text("The server does not have the key of its certificate"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", refused=("outlook-windows", "chrome", "firefox", "gmail-android")),
            Port("mail", "imap", refused=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
        found=("key-not-proven",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox", "gmail-android")),
            Port("mail", "imap", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
