"""A firewall on the way opens TLS and shows a certificate of its own."""

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The server is well; what arrives was made by a firewall whose CA nobody here trusts."""
    world.pki.leaf(world.name("mail"))
    firewall = world.pki.foreign_root("FortiGate CA", "Fortinet")
    shown = world.pki.leaf(recipe=server_recipe(world.name("mail")), by=firewall, ca_issuers=())
    world.serve("mail", "https", "imaps", chain=shown.chain, by=shown)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Take the mail server out of the inspection."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="tls-inspection",
    title=text("Something between here and the server opens TLS"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                warned=("outlook-windows",),
                refused=("dotnet-windows", "gmail-android", "chrome", "firefox"),
            ),
            Port("mail", "imaps", warned=("thunderbird", "apple-mail-ios"), refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("tls-intercepted", "anchor-private", "chain-root-included"),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox", "gmail-android")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
