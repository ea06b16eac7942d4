"""The certificate names a responder that answers no more: those who ask wait for it, and then go on all the same."""

from mailtrust.core.model.text import text
from mailtrust.lab.aia_host import NOT_FOUND
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World

ALL = ("outlook-windows", "chrome", "firefox", "dotnet-windows", "mailstore-addin", "openssl", "gnutls", "java-mail")


def build(world: World) -> None:
    """The company's own CA; its web server was moved, and nobody thought of the responder."""
    leaf = world.leaf_to_ask_about("mail", "ocsp", "crl")
    world.desk.spoil = lambda _: NOT_FOUND
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Let it answer again."""
    world.desk.spoil = lambda answer: answer


SCENARIO = Scenario(
    id="responder-down",
    title=text("Nobody answers where the certificate says that one may ask about revocation"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=ALL),
            Port("mail", "imaps", accepted=("thunderbird", "openssl", "gnutls")),
        ),
        found=("revocation-unreachable",),
        unknown=("revoked",),
        remedies=("configure-server",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("mail", "https", accepted=ALL),),
    ),
)
