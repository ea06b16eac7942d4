"""A CA of the house issued it as ten years ago: the name stands in the subject alone."""

from dataclasses import replace

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """No subjectAltName."""
    leaf = world.pki.leaf(world.name("mail"), recipe=replace(server_recipe(world.name("mail")), dns_names=()))
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Have it issued again with a subjectAltName."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="common-name-only",
    title=text("The name stands in the subject alone, from a CA that clients trust"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                accepted=("outlook-windows", "dotnet-windows", "mailstore-addin"),
                refused=("gmail-android", "chrome", "edge", "firefox"),
            ),
            Port(
                "mail", "imaps", accepted=("java-mail", "openssl", "gnutls"), warned=("thunderbird", "apple-mail-ios")
            ),
        ),
        found=("name-only-in-common-name",),
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
