"""The CA renewed its intermediate; the server still sends the one that has run out."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The new one has the same name and key, and stands at the CA's address."""
    leaf = world.pki.leaf(world.name("mail"))
    old = world.pki.cross_sign(world.pki.intermediate, by=world.pki.root, days=(-1500, -5))
    world.serve("mail", "https", "imaps", chain=(leaf.certificate, old), by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Send the new one."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="expired-intermediate",
    title=text("The intermediate that is sent has expired"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "https",
                accepted=("outlook-windows", "chrome", "edge", "dotnet-windows", "apple-mail-ios"),
                refused=("gmail-android", "firefox"),
            ),
            Port("mail", "imaps", warned=("thunderbird",), refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("chain-expired-issuer", "chain-incomplete"),
        remedies=("serve-chain",),
        sources=("aia",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
