"""An authority's own certificate serves mail, as some appliances do it."""

from dataclasses import replace

from mailtrust.core.issuance.recipe import server_recipe
from mailtrust.core.model.certificate import BasicConstraints
from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The leaf says of itself that it is a CA."""
    leaf = world.pki.leaf(
        world.name("mail"),
        recipe=replace(
            server_recipe(world.name("mail")),
            basic_constraints=BasicConstraints(ca=True, path_length=None),
            key_usage=frozenset({"digitalSignature", "keyEncipherment", "keyCertSign"}),
        ),
    )
    world.serve("mail", "https", "imaps", chain=leaf.chain, by=leaf)
    world.trust(world.pki.root.certificate)
    world.target = world.name("mail")


def cure(world: World) -> None:
    """Issue another for the server."""
    leaf = world.pki.leaf(world.name("mail"))
    world.present("mail", "https", "imaps", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="ca-as-leaf",
    title=text("A CA certificate serves mail"),
    build=build,
    expected=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome"), refused=("firefox",)),
            Port(
                "mail", "imaps", warned=("thunderbird", "apple-mail-ios"), accepted=("openssl", "java-mail", "gnutls")
            ),
        ),
        found=("leaf-is-ca",),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(
            Port("mail", "https", accepted=("outlook-windows", "gmail-android", "chrome", "firefox", "dotnet-windows")),
            Port("mail", "imaps", accepted=("thunderbird", "apple-mail-ios", "java-mail", "openssl", "gnutls")),
        ),
    ),
)
