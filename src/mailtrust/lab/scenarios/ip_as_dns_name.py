"""Clients use an IP address, and the certificate holds it as a DNS name, which it is not."""

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

ADDRESS = "192.0.2.25"
"""Of the block that is reserved for examples (RFC 5737 3); the lab sends whoever asks for it to loopback."""


def build(world: World) -> None:
    """The address was typed into the form that asks for host names."""
    leaf = world.pki.leaf(ADDRESS, world.name("mail"))
    world.serve(ADDRESS, "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = ADDRESS


def cure(world: World) -> None:
    """Have it issued again with the address as an address."""
    leaf = world.pki.leaf(recipe=server_recipe(world.name("mail"), ip_addresses=(ADDRESS,)))
    world.present(ADDRESS, "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="ip-as-dns-name",
    title=text("An IP address stands in the certificate as a DNS name"),
    build=build,
    expected=Expected(
        ports=(
            Port(ADDRESS, "https", refused=("gmail-android", "chrome", "firefox")),
            Port(
                ADDRESS, "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")
            ),
        ),
        found=("name-ip-as-dns",),
        remedies=("replace-certificate",),
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
