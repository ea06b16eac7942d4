"""A server of 2010 that speaks TLS 1.0 and nothing newer."""

from ssl import TLSVersion

from mailtrust.core.model.text import text
from mailtrust.lab.manners import GOOD_MANNERS, Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """What nobody has updated."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "https", "imaps", "smtp", chain=leaf.chain, by=leaf)
    world.behave("mail", "https", "imaps", "smtp", manners=Manners(newest_tls=TLSVersion.TLSv1))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Put something newer before it."""
    world.behave("mail", "https", "imaps", "smtp", manners=GOOD_MANNERS)


SCENARIO = Scenario(
    id="tls-1-0-only",
    title=text("The server speaks TLS 1.0 and nothing newer"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", refused=("chrome", "edge", "firefox")),
            Port("mail", "imaps", accepted=("gnutls",), refused=("thunderbird", "java-mail", "openssl")),
            Port("mail", "smtp", accepted=("mta-opportunistic",), refused=("mta-verified",)),
        ),
        found=("tls-version-old",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
            Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified")),
        ),
    ),
)
