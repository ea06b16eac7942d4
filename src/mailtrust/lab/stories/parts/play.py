"""A story's world that somebody plays with: a page that says how, and whoever takes up what was changed."""

import shlex
from collections.abc import Callable, Iterator

from mailtrust.core.formats.host_name import parse_host
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.text import Text, text
from mailtrust.lab.daemons import LOOPBACK
from mailtrust.lab.guide import ENVIRONMENT, README, one_option_a_line
from mailtrust.lab.stories.parts.companies import ADDRESSES, AUTOCONFIG, SERVER, A, B, C, Companies

CERTIFIED = "certificate-names.txt"
"""The names of the mail server's certificate: who changes the file orders a new one."""
MOST_NAMES = 100


class Play:
    """What is changed in the folder of a world that is up."""

    def __init__(self, place: Companies) -> None:
        self._place = place
        self._names = place.folder / CERTIFIED
        self._names.write_text("".join(f"{name}\n" for name in place.leaf.certificate.dns_names), "utf-8")
        self._stamp = self._names.stat().st_mtime_ns

    async def look(self) -> Text | None:
        """Take up what was changed since the last look, and say so; None where nothing was. Raises UserProblem."""
        if self._names.exists() and (stamp := self._names.stat().st_mtime_ns) != self._stamp:
            self._stamp = stamp
            names = self._wanted()
            await self._place.certify(names, keep_key=True)
            return text("The CA has issued a certificate for {names}; it is presented now.", names=names)
        if self._place.web.changed:
            await self._place.take_up()
            return text("What stands in the folders is presented now.")
        return None

    def _wanted(self) -> tuple[str, ...]:
        words = self._names.read_bytes()[: MOST_NAMES * 255].decode("utf-8", "replace").split()[:MOST_NAMES]
        names = tuple(dict.fromkeys(map(parse_host, words)))
        if not names:
            raise UserProblem(text("Expected a name a line in {file}, got none.", file=CERTIFIED))
        return names


def write_guide(place: Companies, translate: Callable[[str], str]) -> str:
    """Write the page and the shell file into the world's folder; the page is the answer."""
    shell = {"ADDRESSES": " ".join(ADDRESSES), "FLAGS": shlex.join(place.flags)}
    lines = [f"{name}={shlex.quote(value)}\n" for name, value in shell.items()]
    # What is remembered of the lab's certificates stays in the lab.
    lines.append(f"export XDG_CACHE_HOME={shlex.quote(str(place.folder / 'cache'))}\n")
    (place.folder / ENVIRONMENT).write_text("".join(lines), encoding="utf-8")
    page = "".join(f"{line}\n" for line in _page(place, translate))
    (place.folder / README).write_text(page, encoding="utf-8")
    return page


def _page(place: Companies, translate: Callable[[str], str]) -> Iterator[str]:
    def said(sentence: Text) -> str:
        return sentence.render(translate)

    address, resolver = place.dns.resolver
    yield said(text("Go to the world's folder; {file} sets $ADDRESSES and $FLAGS as used below:", file=ENVIRONMENT))
    yield f"  cd {shlex.quote(str(place.folder))}"
    yield f"  . ./{ENVIRONMENT}"
    yield said(text("Walk as every client does, and read what would cure it; or as one client alone:"))
    yield f"  mailtrust {one_option_a_line(('discover', *ADDRESSES, *place.flags))}"
    yield "  mailtrust discover $ADDRESSES $FLAGS --client thunderbird"
    yield said(text("Give the mail server a new certificate: the lab's CA issues it when this file is changed:"))
    yield f"  echo autodiscover.{B} >> {CERTIFIED}"
    yield said(text("Change records in DNS, as the plan's update does, at the server of the zones:"))
    update = (
        f"server {LOOPBACK} {place.dns.port}\\nupdate add _autodiscover._tcp.{C}. 300 SRV 0 0 443 {SERVER}.\\nsend\\n"
    )
    yield f"  printf '{update}' | nsupdate -k {place.dns.key_file.relative_to(place.folder)}"
    yield said(text("Or keep the best cure as a plan, and let it change them, prove it, and put them back:"))
    at = f"--dns-update {LOOPBACK}:{place.dns.port} --tsig-file {place.dns.key_file.relative_to(place.folder)}"
    yield "  mailtrust discover $ADDRESSES $FLAGS --plan cure.json"
    yield f"  mailtrust apply cure.json {at}"
    yield "  mailtrust prove cure.json"
    yield f"  mailtrust apply cure.json --undo {at}"
    yield said(text("Give the host of Thunderbird's file a certificate of its own, made by yourself or by another CA:"))
    yield f"  cp bundle.pem key.pem {place.web.folder_of('autoconfig').relative_to(place.folder)}/"
    yield said(text("Ask the resolver, which validates what the zones have signed:"))
    yield f"  dig @{address} -p {resolver} +dnssec autodiscover.{A}"
    yield said(text("Ask as programs do, with any password; {file} is the root that they are to trust:",
                    file=place.roots.name))  # fmt: skip
    yield (
        f"  curl --cacert {place.roots.name} -u {ADDRESSES[0]}:any --connect-to ::{LOOPBACK}:{place.real_port(443)} "
        f"https://{SERVER}/autodiscover/autodiscover.xml"
    )
    yield (
        f"  curl --cacert {place.roots.name} --connect-to ::{LOOPBACK}:{place.real_port(443)} "
        f"https://{AUTOCONFIG}/mail/config-v1.1.xml"
    )
    yield said(text("The zones that Knot serves, as they were in the beginning:"))
    for zone in place.dns.zones.values():
        yield from (f"  {line}" for line in zone.splitlines())
