"""A wildcard stands for one label, and the server's name has two of them below the domain."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """`*.example.org` for `mail.eu.example.org`."""
    leaf = world.pki.leaf(f"*.{world.domain}", world.domain)
    world.serve("mail.eu", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail.eu")


def cure(world: World) -> None:
    """Have the name itself written in."""
    leaf = world.pki.leaf(world.name("mail.eu"), f"*.{world.domain}")
    world.present("mail.eu", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="wildcard-too-shallow",
    title=text("The wildcard does not reach as deep as the name"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail.eu",
                "https",
                warned=("outlook-windows",),
                refused=("dotnet-windows", "gmail-android", "chrome", "firefox"),
            ),
            Port(
                "mail.eu", "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")
            ),
        ),
        found=("name-wildcard-depth",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail.eu", "https", accepted=("outlook-windows", "chrome", "firefox")),
            Port("mail.eu", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
