"""Steps that are the same for every product, and the shape of a product's file."""

from typing import Protocol

from mailtrust.core.model.remedy import Remedy, Run, Step
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import human, look
from mailtrust.core.targets.parts.context import TargetContext


class Target(Protocol):
    """What each file in targets/ is: a module for one product."""

    ID: str
    """As `--product` names it."""
    TITLE: str
    """As its maker names it."""
    GREETINGS: tuple[str, ...]
    """Words of its greeting, in small letters; empty where it has none. Anybody can write one: it is a guess."""

    def steps(self, remedy: Remedy, context: TargetContext, /) -> tuple[Step, ...]:
        """What to do so that the remedy's goal becomes true; empty where the product has no part in it."""
        ...


def who_ends_tls(context: TargetContext) -> Step:
    """The chain belongs to the device that ends TLS."""
    return human(
        text(
            "If a load balancer, a proxy or a firewall ends TLS before this server, {host} shows that device's files: "
            "do what follows there, and not on the server behind it.",
            host=context.host,
        )
    )


def write_bundle(context: TargetContext, form: str, *, with_key: bool = False) -> Step:
    """Write the file with the chain. Where the key belongs into it, it is read from its file and from nowhere else."""
    key = f" --key {context.key}" if with_key else ""
    command = f"mailtrust bundle {context.source} --for {form}{key}{context.options} -o {context.bundle}"
    undo = text("Delete {file}.", file=context.bundle)
    if with_key:
        say = text(
            "Write the chain in the right order into {file}, with the private key, which is read from {key}. Give the "
            "path of your key there, and keep the new file as closely as the key (mode 0600).",
            file=context.bundle,
            key=context.key,
        )
    else:
        say = text("Write the chain in the right order into {file}.", file=context.bundle)
    return Step(say, Run(command), undo)


def prove_bundle(context: TargetContext) -> Step:
    """Judge the file before anybody touches the server."""
    return look(
        text("See beforehand what every client will say to it."),
        f"mailtrust check {context.target} --with {context.bundle}{context.options}",
    )


def get_missing(context: TargetContext) -> Step:
    """What was found nowhere has to be got by a person."""
    return human(
        text(
            "Get the intermediate certificate from the CA ({where}), put it into one file together with the server's "
            "own, and give that file to mailtrust bundle instead of the host below.",
            where=context.origins or text("its e-mail, its download page, or the zip it sent"),
        ),
    )


def prepare_chain(context: TargetContext, form: str, *, complete: bool, with_key: bool = False) -> tuple[Step, ...]:
    """The steps before a chain is installed: get what lacks, write the file, judge it."""
    missing = () if complete else (get_missing(context),)
    return (*missing, write_bundle(context, form, with_key=with_key), prove_bundle(context))


def fetch_key(context: TargetContext) -> Step:
    """The same certificate elsewhere needs its key there."""
    return human(
        text(
            "Bring the private key that belongs to {leaf} from where that certificate is served today, over an "
            "encrypted way, and call it {key} (mode 0600).",
            leaf=context.leaf_name,
            key=context.key,
        ),
        undo=text("Delete {file}.", file=context.key),
        needs="root",
    )


def check_again(context: TargetContext) -> Step:
    """The last step of every cure."""
    return look(
        text("Check again from outside. Look at every port, not only at the one that was mended."),
        f"mailtrust check {context.target}{context.options}",
    )


def reload(say: Text, command: str, undo: Text, *, restart: bool = False) -> Step:
    """The moment at which the service takes the change up."""
    return Step(say, Run(command), undo, disruption="restart" if restart else "reload", needs="root")
