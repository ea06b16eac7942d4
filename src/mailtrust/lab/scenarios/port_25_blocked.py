"""From this network nothing gets through to port 25, wherever it leads."""

from mailtrust.core.model.observation import FailureKind
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import IMPATIENT, Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """Two exchangers and a mail server, all of them well; the access provider drops port 25 against spam."""
    for label in ("mx1", "mx2"):
        leaf = world.pki.leaf(world.name(label))
        world.serve(label, "smtp", chain=leaf.chain, by=leaf)
        world.zone.add(world.domain, "MX", f"10 {world.name(label)}")
    leaf = world.pki.leaf(world.name("mail"))
    world.serve("mail", "submission", "imaps", chain=leaf.chain, by=leaf)
    world.blocked.add(world.port("smtp"))
    world.trust(world.pki.root.certificate)
    world.target = world.domain


def cure(world: World) -> None:
    """Look from a network that lets it through."""
    world.blocked.clear()


SCENARIO = Scenario(
    id="port-25-blocked",
    title=text("Port 25 is blocked everywhere"),
    build=build,
    expected=Expected(
        ports=(
            Port("mx1", "smtp", failure=FailureKind.TIMEOUT),
            Port("mx2", "smtp", failure=FailureKind.TIMEOUT),
            Port("mail", "submission", accepted=("outlook-windows", "gmail-android", "thunderbird")),
            Port("mail", "imaps", accepted=("outlook-windows", "gmail-android", "thunderbird")),
        ),
        found=("network-blocked",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mx1", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl")),
            Port("mx2", "smtp", accepted=("mta-opportunistic", "mta-verified", "openssl")),
        ),
    ),
    timeouts=IMPATIENT,
)
