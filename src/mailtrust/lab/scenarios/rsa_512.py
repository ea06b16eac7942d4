"""A key of 512 bits, which anybody can break in an afternoon."""

from ssl import TLSVersion

from mailtrust.core.model.text import text
from mailtrust.lab.manners import Manners
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """An export key of the nineties."""
    leaf = world.pki.leaf(world.name("mail"), key="rsa-512")
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    # RFC 8017 9.1.1: a PSS signature, which TLS 1.3 demands, does not fit into so few bits.
    world.behave("mail", "https", "imaps", manners=Manners(newest_tls=TLSVersion.TLSv1_2))
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """A new key of 2048 bits."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="rsa-512",
    title=text("The key has 512 bits"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                warned=("outlook-windows",),
                refused=("gmail-android", "chrome", "firefox", "dotnet-windows"),
            ),
            Port("mail", "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("key-weak",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
