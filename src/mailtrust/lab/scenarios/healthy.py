"""Everything as it should be: the measure for the others, and what each of them is cured to."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """A mail domain with its exchanger, its submission and its IMAP service on one host."""
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "smtp", "submission", "imaps", "https", chain=leaf.chain, by=leaf)
    world.zone.add(world.domain, "MX", f"10 {world.name('mail')}")
    world.zone.add(f"_imaps._tcp.{world.domain}", "SRV", f"0 1 {world.port('imaps')} {world.name('mail')}")
    world.zone.add(f"_submission._tcp.{world.domain}", "SRV", f"0 1 {world.port('submission')} {world.name('mail')}")
    world.trust(world.pki.root.certificate)
    world.target = world.domain


def cure(world: World) -> None:
    """Nothing is to be done."""


GOOD = Expected(
    ports=(
        Port("mail", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl", "gnutls")),
        Port("mail", "submission", accepted=("outlook-windows", "gmail-android", "thunderbird", "java-mail")),
        Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "apple-mail-ios", "thunderbird")),
        Port("mail", "https", accepted=("outlook-windows", "chrome", "firefox", "dotnet-windows")),
    ),
)

SCENARIO = Scenario(
    id="healthy",
    title=text("A mail domain without a fault"),
    build=build,
    expected=GOOD,
    cure=cure,
    cured=GOOD,
)
