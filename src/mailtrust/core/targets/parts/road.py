"""The common road of products that read PEM files: write, judge, keep a copy, install, name, test, reload, check.

A product's file says only what is its own: places, directives, commands, and what its makers warn of.
"""

from collections.abc import Callable, Mapping
from dataclasses import field

from mailtrust.core.model.frozen import frozen
from mailtrust.core.model.remedy import (
    ConfigureServer,
    Remedy,
    ReplaceCertificate,
    Run,
    ServeChain,
    ServeSameCertificate,
    Step,
)
from mailtrust.core.model.text import Text, text
from mailtrust.core.remedies.doing import do, human, look
from mailtrust.core.targets.parts.context import TargetContext
from mailtrust.core.targets.parts.ordering import renew_or_order, write_new_bundle
from mailtrust.core.targets.parts.steps import check_again, fetch_key, prepare_chain, reload, who_ends_tls
from mailtrust.core.x509.bundles import HOLDS_KEY


@frozen
class Files:
    """Where the files lie on the server once they are installed."""

    chain: str
    key: str
    """Named even where the former key stays: a product may want both told together."""
    new_key: bool
    """Whether the key changes with the certificate."""


@frozen
class Setting:
    """How a setting is mended: lines for a file, or a command, which changes something or only looks."""

    say: Text
    lines: tuple[Text, ...] = ()
    command: str = ""
    changes: bool = False


@frozen
class Road:
    """What a product has of its own."""

    id: str
    form: str
    """For `mailtrust bundle --for`."""
    configuration: str
    """The folder of its configuration, which is kept before anything is changed."""
    folder: str
    """Where the files are put."""
    find: Callable[[TargetContext], Step]
    """Shows how the certificate is named today."""
    name: Callable[[Files, TargetContext], tuple[Step, ...]]
    """The product's directives, with the files in them."""
    take_up: Text
    """Said of the command that tests and reloads."""
    command: str
    """Tests the configuration and, only when it is good, lets the product take it up."""
    settings: Mapping[str, Setting]
    key_mode: str = "-m 0600"
    """How `install` is told who may read the key."""
    key_in_bundle: bool = False
    ends_tls_for_others: bool = field(default=False, kw_only=True)
    """It is what stands in front, so that nobody need ask what else ends TLS."""
    restart: bool = field(default=False, kw_only=True)
    """It knows no reload: clients are cut off."""


def walk(road: Road, remedy: Remedy, context: TargetContext) -> tuple[Step, ...]:
    """The steps of a remedy for this product; empty where the product has no part in it."""
    first = () if road.ends_tls_for_others else (who_ends_tls(context),)
    match remedy.goal:
        case ServeChain():
            return (
                *first,
                *prepare_chain(context, road.form, complete=remedy.safe, with_key=road.key_in_bundle),
                *_install(road, context, new_key=False),
                check_again(context),
            )
        case ServeSameCertificate():
            return (
                *first,
                fetch_key(context),
                *prepare_chain(context, road.form, complete=remedy.safe, with_key=road.key_in_bundle),
                *_install(road, context, new_key=True),
                check_again(context),
            )
        case ReplaceCertificate():
            return (
                *first,
                *renew_or_order(remedy, context),
                *write_new_bundle(remedy, context, road.form, with_key=_key_may_be_told(road)),
                *_install(road, context, new_key=True),
                check_again(context),
            )
        case ConfigureServer(setting=setting) if setting in road.settings:
            return (*first, keep_copy(road), *_set(road.settings[setting]), _take_up(road), check_again(context))
        case _:
            return ()


def _key_may_be_told(road: Road) -> bool:
    """Told of the key, `mailtrust bundle` sees whether it belongs; but some forms would then hold it, readable."""
    return road.key_in_bundle or road.form not in HOLDS_KEY


def keep_copy(road: Road) -> Step:
    """A copy of the whole configuration, which every later step is undone from."""
    copy = f"/root/{road.id}-before"
    where = road.configuration.lstrip("/")
    return do(
        text("Keep a copy of the configuration as it is. It may hold keys, so only root can read it."),
        f"umask 077 && tar -czpf {copy}-$(date +%Y%m%d-%H%M%S).tar.gz -C / {where} && ls {copy}-*",
        text("Delete the copy once all is well. To go back to it: tar -xzpf COPY -C /"),
    )


def _install(road: Road, context: TargetContext, *, new_key: bool) -> tuple[Step, ...]:
    files = Files(f"{road.folder}/{context.bundle}", f"{road.folder}/{context.key}", new_key)
    return (
        road.find(context),
        keep_copy(road),
        _put(road, context, files),
        *road.name(files, context),
        _take_up(road),
    )


def _put(road: Road, context: TargetContext, files: Files) -> Step:
    mode = road.key_mode if road.key_in_bundle else "-m 0644"
    command = f"install -d -m 0755 {road.folder} && install {mode} {context.bundle} {files.chain}"
    if files.new_key and not road.key_in_bundle:
        return do(
            text(
                "Put the chain, and {key} with the key that belongs to it, where the service may read them.",
                key=context.key,
            ),
            f"{command} && install {road.key_mode} {context.key} {files.key}",
            text("Delete the files there."),
        )
    return do(text("Put the file where the service may read it."), command, text("Delete the files there."))


def _set(setting: Setting) -> tuple[Step, ...]:
    back = text("Put the former settings back, from the copy.")
    if not setting.command:
        return (human(setting.say, *setting.lines, undo=back, needs="root"),)
    if setting.changes:
        return (do(setting.say, setting.command, back),)
    return (
        look(setting.say, setting.command),
        human(text("Mend what was seen there."), *setting.lines, undo=back, needs="root"),
    )


def _take_up(road: Road) -> Step:
    return reload(road.take_up, road.command, text("Put the copy back and run the same again."), restart=road.restart)


def lines(say: Text, *wanted: Text) -> Step:
    """Lines for a configuration file, which a person puts in."""
    return human(say, *wanted, undo=text("Put the former lines back, from the copy."), needs="root")


def command(say: Text, run: str) -> Step:
    """A command that changes the configuration."""
    return Step(say, Run(run), text("Put the former settings back, from the copy."), needs="root")
