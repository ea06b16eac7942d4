"""A wildcard certificate on IMAP and POP: clients take it, Exchange wants a name of its own for these services."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """One certificate for everything below the domain."""
    leaf = world.pki.leaf(f"*.{world.domain}")
    world.serve("mail", "imaps", "pop3s", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Give the services a certificate with their own name."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "imaps", "pop3s", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="wildcard-on-imap-and-pop",
    title=text("A wildcard certificate on IMAP and POP"),
    build=build,
    expected=Expected(
        ports=(
            Port(
                "mail",
                "imaps",
                accepted=(
                    "outlook-windows",
                    "gmail-android",
                    "thunderbird",
                    "apple-mail-ios",
                    "java-mail",
                    "openssl",
                    "gnutls",
                ),
            ),
            Port("mail", "pop3s", accepted=("outlook-windows", "gmail-android", "thunderbird", "openssl", "gnutls")),
        ),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "thunderbird", "java-mail")),),
    ),
    seed=3,
)
