"""What stands for a certificate is none: the file was cut on its way."""

from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The first half of a certificate, in a server that does not look into what it sends."""
    leaf = world.pki.leaf(world.name("mail"))
    whole = leaf.certificate.der
    world.serve("mail", "https", "imap", chain=(whole[: len(whole) // 2],), by=leaf)
    world.behave("mail", "https", "imap", manners=Manners(handshake="by-hand"))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Put the whole file there."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imap", chain=leaf.chain, by=leaf)
    world.behave("mail", "https", "imap", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="unparsable-certificate",
    title=text("The certificate cannot be parsed"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", refused=("chrome", "firefox", "gmail-android", "outlook-windows")),
            Port("mail", "imap", refused=("apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
        found=("certificate-unparsable",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox", "gmail-android")),
            Port("mail", "imap", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
