"""Who does not send the server's name gets the web hoster's certificate."""

from mailtrust.core.model.text import text
from mailtrust.lab.listener import NAMELESS
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

SERVED = ("https", "smtp", "imaps")


def build(world: World) -> None:
    """One machine for many domains; the right certificate comes only to those who name the server."""
    leaf = world.pki.leaf(world.name("mail"))
    default = world.pki.leaf("shared.hoster.example")
    world.serve("mail", *SERVED, chain=leaf.chain, by=leaf)
    world.present("mail", *SERVED, chain=default.chain, by=default, place=NAMELESS)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Make the mail server's certificate the default one."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", *SERVED, chain=leaf.chain, by=leaf, place=NAMELESS)


SCENARIO = Scenario(
    id="needs-sni",
    title=text("Without the name in the hello another certificate comes"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl", "gnutls")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl")),
        ),
        found=("sni-needed",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "smtp", accepted=("mta-verified", "openssl", "gnutls")),),
    ),
)
