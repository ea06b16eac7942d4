"""Inside the house clients use a `.local` name, and the certificate carries the public one."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

INSIDE = "exchange.firm.local."
"""With its final dot: not below the world's domain."""


def build(world: World) -> None:
    """The server is known by its machine name; the public CA certifies no such name."""
    leaf = world.pki.leaf(world.name("mail"))
    for label in (INSIDE, "mail"):
        world.serve(label, "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name(INSIDE)


def cure(world: World) -> None:
    """Let clients use the public name, inside too."""
    world.target = world.name("mail")


SCENARIO = Scenario(
    id="local-name",
    title=text("Clients inside use a .local name that the certificate does not carry"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                INSIDE,
                "https",
                warned=("outlook-windows",),
                refused=("dotnet-windows", "gmail-android", "chrome", "firefox"),
            ),
            Port(INSIDE, "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("name-internal",),
        remedies=("use-name",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
