"""A certificate for signing letters and programs was put into the mail server."""

from dataclasses import replace

from mailtrust.core.issuance.recipe import CODE_SIGNING, EMAIL_PROTECTION, server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """It may be used for e-mail and code."""
    leaf = world.pki.leaf(
        world.name("mail"),
        recipe=replace(server_recipe(world.name("mail")), extended_key_usage=(EMAIL_PROTECTION, CODE_SIGNING)),
    )
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Have it issued for servers."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="no-server-auth",
    title=text("The extended key usage knows no server"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                warned=("outlook-windows",),
                refused=("dotnet-windows", "gmail-android", "chrome", "firefox"),
            ),
            Port(
                "mail", "imaps", warned=("apple-mail-ios",), refused=("thunderbird", "java-mail", "openssl", "gnutls")
            ),
        ),
        found=("eku-no-server-auth",),
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
