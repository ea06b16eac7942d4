"""What a person can try in a world that is up: exact commands, a shell file and a page that holds them."""

import shlex
from collections.abc import Callable, Iterator

from mailtrust.core.formats.host_name import is_address
from mailtrust.core.model.endpoint import TlsMode
from mailtrust.core.model.text import Text, text
from mailtrust.lab.listener import BUNDLE, Listener
from mailtrust.lab.oracles import OPENSSL_DIALOGUES
from mailtrust.lab.world import ROOTS, World

README = "README.txt"
ENVIRONMENT = "lab.env"
NEW_BUNDLE = "new-bundle.pem"


def write_guide(world: World, translate: Callable[[str], str]) -> str:
    """Write the page and the shell file into the world's folder; the page is the answer."""
    shell = {"TARGET": world.target, "FLAGS": shlex.join(world.flags())}
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in shell.items()]
    # What is remembered of the lab's certificates stays in the lab.
    lines.append(f"export XDG_CACHE_HOME={shlex.quote(str(world.folder / 'cache'))}\n")
    (world.folder / ENVIRONMENT).write_text("".join(lines), encoding="utf-8")
    page = "".join(f"{line}\n" for line in _page(world, translate))
    (world.folder / README).write_text(page, encoding="utf-8")
    return page


def _page(world: World, translate: Callable[[str], str]) -> Iterator[str]:
    def said(sentence: Text) -> str:
        return sentence.render(translate)

    yield said(text("Go to the world's folder; {file} sets $TARGET and $FLAGS as used below:", file=ENVIRONMENT))
    yield f"  cd {shlex.quote(str(world.folder))}"
    yield f"  . ./{ENVIRONMENT}"
    yield said(text("Check, as an administrator would:"))
    yield f"  mailtrust {one_option_a_line(('check', world.target, *world.flags()))}"
    yield said(text("Make the bundle that the server should present, and judge it before it is installed:"))
    yield f"  mailtrust bundle $TARGET $FLAGS --for nginx -o {NEW_BUNDLE}"
    yield f"  mailtrust check $TARGET $FLAGS --with {NEW_BUNDLE}"
    yield said(text("Install it; a server reads its folder again when that has changed:"))
    for listener in world.listeners:
        yield f"  cp {NEW_BUNDLE} {listener.folder.name}/{BUNDLE}"
    yield said(text("Ask OpenSSL, on the real ports:"))
    for listener in world.listeners:
        yield f"  {_s_client(world, listener)}"
    yield said(text("The zone that the DNS server at {address} answers from:", address=world.flags()[1]))
    for line in world.zone.lines():
        yield f"  {line}"


def _s_client(world: World, listener: Listener) -> str:
    starttls = f" -starttls {OPENSSL_DIALOGUES[listener.protocol]}" if listener.tls_mode is TlsMode.STARTTLS else ""
    roots = f" -CAfile {ROOTS}" if world.with_roots else ""
    name = f"-servername {listener.host} -verify_hostname {listener.host}"
    if is_address(listener.host):
        name = f"-noservername -verify_ip {listener.host}"
    return (
        f"openssl s_client -connect {listener.address}:{listener.real_port}{starttls} {name}{roots} -brief </dev/null"
    )


def one_option_a_line(arguments: tuple[str, ...]) -> str:
    """A command line as a person reads it: each option with its value on a line of its own."""
    lines: list[list[str]] = [[]]
    for argument in arguments:
        if argument.startswith("-"):
            lines.append([])
        lines[-1].append(argument)
    return " \\\n    ".join(shlex.join(line) for line in lines)
