"""Two machines under one name, and the certificate was renewed on one of them."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import LOOPBACK, OTHER_LOOPBACK, World


def build(world: World) -> None:
    """Both addresses stand in DNS; the second machine was forgotten."""
    old = world.pki.leaf(world.name("mail"), days=(-95, -5))
    new = world.pki.leaf(world.name("mail"))
    world.serve("mail", "https", "imaps", chain=new.chain, by=new)
    world.serve("mail", "https", "imaps", chain=old.chain, by=old, address=OTHER_LOOPBACK)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Bring the new one to the second machine."""
    new = world.pki.issued[world.name("mail")]
    world.present("mail", "https", "imaps", chain=new.chain, by=new, address=OTHER_LOOPBACK)


SCENARIO = Scenario(
    id="addresses-disagree",
    title=text("Two addresses of one name present different certificates, one of them expired"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", address=LOOPBACK, accepted=("outlook-windows", "chrome", "gmail-android", "firefox")),
            Port("mail", "imaps", address=LOOPBACK, accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
            Port(
                "mail",
                "https",
                address=OTHER_LOOPBACK,
                warned=("outlook-windows",),
                refused=("dotnet-windows", "chrome", "firefox"),
            ),
            Port(
                "mail",
                "imaps",
                address=OTHER_LOOPBACK,
                warned=("thunderbird",),
                refused=("java-mail", "openssl", "gnutls"),
            ),
        ),
        found=("addresses-disagree", "expired"),
        remedies=("serve-same-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port(
                "mail",
                "https",
                address=OTHER_LOOPBACK,
                accepted=("outlook-windows", "chrome", "gmail-android", "firefox"),
            ),
            Port("mail", "imaps", address=OTHER_LOOPBACK, accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
