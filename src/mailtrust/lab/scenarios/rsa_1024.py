"""A key of 1024 bits: half of the clients still take it."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A request from an old template."""
    leaf = world.pki.leaf(world.name("mail"), key="rsa-1024")
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """A new key of 2048 bits."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="rsa-1024",
    title=text("The key has 1024 bits"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "dotnet-windows", "gmail-android", "chrome", "firefox")),
            Port(
                "mail",
                "imaps",
                accepted=("java-mail", "gnutls", "thunderbird"),
                warned=("apple-mail-ios",),
                refused=("openssl",),
            ),
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
