"""The intermediate of the CA of two years ago is still in the bundle."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The right chain, and behind it a certificate that leads nowhere."""
    leaf = world.pki.leaf(world.name("mail"))
    former = world.pki.another_root("Former")
    old = world.pki.another_intermediate("Former Issuing CA", by=former)[0].certificate
    world.serve("mail", "https", "imaps", chain=(*leaf.chain, old), by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Take it out."""
    leaf = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="unrelated-certificate",
    title=text("A certificate that has nothing to do with the chain is sent along"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
        found=("chain-unrelated",),
        remedies=("serve-chain",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
