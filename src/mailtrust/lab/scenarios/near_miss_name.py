"""One letter is missing in the certificate: `autdiscover` was bought, `autodiscover` is asked for."""

from mailtrust.core.model.text import text
from mailtrust.lab.scenario import Expected, Port, Scenario
from mailtrust.lab.world import World


def build(world: World) -> None:
    """The names of the certificate in the report, misspelt as there."""
    misspelt = world.pki.leaf(
        world.name("webmail"), world.name("www.webmail"), world.name("autdiscover"), "corp-mail", "corp-mail.local"
    )
    world.serve("autodiscover", "https", chain=misspelt.chain, by=misspelt)
    world.trust(world.pki.root.certificate)
    world.target = world.url("autodiscover", "https")


def cure(world: World) -> None:
    """Have it issued again, well spelt."""
    leaf = world.pki.leaf(world.name("webmail"), world.name("autodiscover"))
    world.present("autodiscover", "https", chain=leaf.chain, by=leaf)


SCENARIO = Scenario(
    id="near-miss-name",
    title=text("The certificate's name is one letter off: autdiscover for autodiscover"),
    build=build,
    expected=Expected(
        ports=(Port("autodiscover", "https", warned=("outlook-windows",), refused=("dotnet-windows", "chrome")),),
        found=("name-near-miss", "name-internal"),
        remedies=("replace-certificate",),
    ),
    cure=cure,
    cured=Expected(
        ports=(Port("autodiscover", "https", accepted=("outlook-windows", "chrome", "dotnet-windows")),),
    ),
    seed=4,
)
