"""The key may sign contracts, but neither handshakes nor keys."""

from dataclasses import replace

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """KeyUsage names nothing that TLS needs."""
    leaf = world.pki.leaf(
        world.name("mail"), recipe=replace(server_recipe(world.name("mail")), key_usage=frozenset({"nonRepudiation"}))
    )
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Have it issued with digitalSignature."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="wrong-key-usage",
    title=text("The key usage allows nothing that TLS needs"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", refused=("chrome", "firefox")),
            Port("mail", "imaps", refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("key-usage-wrong",),
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
