"""A server with two certificates, one for each kind of key: only the one with RSA was renewed."""

from mailtrust.core.model.endpoint import Offer
from mailtrust.core.model.text import text
from mailtrust.lab.listener import SECOND
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Clients of today get ECDSA, and with it the expired one; whoever looks with RSA alone sees nothing wrong."""
    forgotten = world.pki.leaf(world.name("mail"), key="ec-p256", days=(-95, -5))
    renewed = world.pki.leaf(world.name("mail"), key="rsa-2048")
    world.serve("mail", "https", "imaps", chain=renewed.chain, by=renewed)
    world.present("mail", "https", "imaps", chain=forgotten.chain, by=forgotten, place=SECOND)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Renew the other one too."""
    leaf = world.pki.leaf(world.name("mail"), key="ec-p256")
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf, place=SECOND)


SCENARIO = Scenario(
    id="rsa-good-ecdsa-bad",
    title=text("The RSA certificate is good and the ECDSA certificate has expired"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", warned=("outlook-windows",), refused=("chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", warned=("thunderbird",), refused=("java-mail", "openssl", "gnutls")),
            Port("mail", "https", offer=Offer.RSA, accepted=("outlook-windows", "chrome", "firefox", "dotnet-windows")),
        ),
        found=("expired",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
