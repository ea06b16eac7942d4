"""A CA that was set up in 2010 and signs with SHA-1 to this day."""

from dataclasses import replace

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The leaf is signed with SHA-1."""
    leaf = world.pki.leaf(world.name("mail"), recipe=replace(server_recipe(world.name("mail")), signature_hash="sha1"))
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Let the CA sign with SHA-256."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="sha1-signature",
    title=text("The certificate is signed with SHA-1"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                accepted=("outlook-windows", "dotnet-windows"),
                refused=("gmail-android", "chrome", "firefox"),
            ),
            Port(
                "mail",
                "imaps",
                accepted=("java-mail",),
                warned=("thunderbird", "apple-mail-ios"),
                refused=("openssl", "gnutls"),
            ),
        ),
        found=("signature-weak",),
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
