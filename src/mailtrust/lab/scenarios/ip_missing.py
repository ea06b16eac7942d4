"""Clients use an IP address, and the certificate speaks of names only."""

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

ADDRESS = "192.0.2.25"
"""Of the block that is reserved for examples (RFC 5737 3); the lab sends whoever asks for it to loopback."""


def build(world: World) -> None:
    """A good certificate for the name that nobody uses."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve(ADDRESS, "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = ADDRESS


def cure(world: World) -> None:
    """Have it issued again with the address, which a private CA does."""
    leaf = world.pki.leaf(recipe=server_recipe(world.name("mail"), ip_addresses=(ADDRESS,)))
    world.present(ADDRESS, "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="ip-missing",
    title=text("Clients use an IP address that the certificate does not carry"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                ADDRESS,
                "https",
                warned=("outlook-windows",),
                refused=("gmail-android", "chrome", "firefox", "dotnet-windows"),
            ),
            Port(
                ADDRESS, "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")
            ),
        ),
        found=("name-mismatch",),
        remedies=("use-name",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port(
                ADDRESS, "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")
            ),
            Port(ADDRESS, "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
