"""The CA has taken the certificate back and says so in a list only, as public CAs do today: hardly anybody reads it."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

DEAF = ("outlook-windows", "chrome", "firefox", "dotnet-windows", "openssl", "gnutls", "java-mail")


def build(world: World) -> None:
    """Another certificate has taken its place, and was forgotten on this server."""
    leaf = world.leaf_to_ask_about("mail", "crl")
    world.revoke(leaf, "superseded")
    world.serve("mail", "https", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Serve the one that took its place."""
    leaf = world.leaf_to_ask_about("mail", "crl")
    world.present("mail", "https", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="revoked-on-a-list",
    title=text("The certificate was revoked, and only its CA's list says so"),
    build=build,
    expected=Expected(
        ports=(Port("mail", "https", accepted=DEAF, refused=("mailstore-addin",)),),
        found=("revoked",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "https", accepted=(*DEAF, "mailstore-addin")),),
    ),
)
