"""Renewed for the web, forgotten for IMAP: two ports of one host present different certificates."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The new certificate on 443, the old and expired one still on 993."""
    old = world.pki.leaf(world.name("mail"), days=(-95, -5))
    new = world.pki.leaf(world.name("mail"))
    world.serve("mail", "https", chain=new.chain, by=new)
    world.serve("mail", "imaps", chain=old.chain, by=old)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Give IMAP the new one as well."""
    new = world.pki.issued[world.name("mail")]
    world.present("mail", "imaps", chain=new.chain, by=new)


SCENARIO = Scenario(
    id="ports-disagree",
    title=text("Two ports of one host present different certificates, one of them expired"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "gmail-android", "firefox")),
            Port("mail", "imaps", warned=("thunderbird",), refused=("java-mail", "openssl", "gnutls")),
        ),
        found=("ports-disagree", "expired"),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "chrome", "gmail-android", "firefox")),
            Port("mail", "imaps", accepted=("thunderbird", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
