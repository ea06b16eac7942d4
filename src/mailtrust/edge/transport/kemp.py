"""A Kemp LoadMaster by its interface, in either version: certificates as files that are read, calls as programs.

`/certificates/NAME.pem` and `/intermediates/NAME.pem` are what it keeps; keys never come back from it. Its programs:

    listvs
    addcert cert=NAME, addintermediate cert=NAME                        the PEM on standard input
    delcert cert=NAME if=SHA256, delintermediate cert=NAME if=SHA256    only while it is this certificate
    modvs vs=ADDRESS port=PORT prot=tcp CertFile=NAMES was=NAMES        only while it is as it was; or TLSType=

What is done already is done well: each can be run again after a break. Overtaken: somebody else has changed it since.
"""

import asyncio
from collections.abc import Mapping

from mailtrust.core.formats import kemp_v1, kemp_v2
from mailtrust.core.formats.kemp_name import CERTIFICATES, INTERMEDIATES, expect_name, name_in, path_of
from mailtrust.core.formats.kemp_place import LoadMasterPlace
from mailtrust.core.formats.kemp_services import write_services
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.cleaning import clean
from mailtrust.core.model.load_master import (
    Accepted,
    Call,
    Login,
    NotTheInterface,
    Refused,
    Reply,
    VirtualService,
)
from mailtrust.core.model.problem import UserProblem
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.text import text
from mailtrust.core.x509.parse import read_pem_certificates
from mailtrust.core.x509.pem import to_pem_chain
from mailtrust.edge.transport.kemp_page import AdminPage
from mailtrust.edge.transport.limits import MOST_NAMES
from mailtrust.edge.transport.machine import Failed, NotAllowed, NotThere, Overtaken, RawFile
from mailtrust.edge.transport.refusals import failed, no_program, not_there

LOOK_SECONDS = 30
LARGEST = 4 * 2**20
_LIST = {CERTIFICATES: "listcert", INTERMEDIATES: "listintermediate"}
_READ = {CERTIFICATES: "readcert", INTERMEDIATES: "readintermediate"}
_FOLDER = {
    "addcert": CERTIFICATES,
    "delcert": CERTIFICATES,
    "addintermediate": INTERMEDIATES,
    "delintermediate": INTERMEDIATES,
}
_CHANGES = frozenset({*_FOLDER, "modvs"})


class KempMachine:
    """A LoadMaster. Which version of the interface it speaks is found out by a look, and then kept."""

    def __init__(self, place: LoadMasterPlace, page: AdminPage, login: Login) -> None:
        self._place = place
        self._page = page
        self._login = login
        self._speaks_v2: bool | None = None
        self._finding_out = asyncio.Lock()

    @property
    def name(self) -> str:
        """As `reach` has it."""
        return str(self._place)

    async def read(self, path: str) -> RawFile:
        """The certificates of that name."""
        folder = path.rpartition("/")[0]
        if folder not in _READ:
            raise not_there(self.name, path)
        reply = await self._reply(Call(_READ[folder], (("cert", name_in(path)),)))
        if isinstance(reply, Refused):
            raise NotThere(
                text("Expected {path} on {machine}, got: {words}", path=clean(path, 300), machine=self.name,
                     words=reply.words)
            )  # fmt: skip
        # Each version has its own line ends.
        certificates = read_pem_certificates(reply.certificate.encode("utf-8"))
        return RawFile(to_pem_chain(certificates).encode("ascii"), 0o444, "0:0", path)

    async def names(self, pattern: str) -> tuple[str, ...]:
        """The paths in one of the two folders."""
        folder = pattern.rpartition("/")[0]
        if folder not in _LIST:
            return ()
        found = tuple(sorted(path_of(folder, one) for one in await self._list(folder)))
        if len(found) > MOST_NAMES:
            raise failed(self.name, pattern, text("It stands for more than {limit} files.", limit=MOST_NAMES))
        return found

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        """One of its programs; status 0, or the code with which the LoadMaster refuses, and its own words."""
        words = {name: value for name, _, value in (word.partition("=") for word in command[1:])}
        match command[0]:
            case "listvs":
                reply = await self._reply(Call("listvs"), seconds)
                services = reply.services if isinstance(reply, Accepted) else ()
                return _printed(reply, write_services(services))
            case "addcert" | "addintermediate" as verb:
                return await self._add(verb, words, said.encode("utf-8"), seconds)
            case "delcert" | "delintermediate" as verb:
                return await self._delete(verb, words, seconds)
            case "modvs":
                return await self._modify(words, seconds)
            case other:
                raise no_program(self.name, other)

    async def write(self, path: str, octets: bytes, *, mode: int, owner: str | None, new: bool = False) -> None:
        """Nothing is written: certificates come by calls."""
        del octets, mode, owner, new
        raise self._no_files(path)

    async def keep(self, path: str, copy: str) -> None:
        """Nothing is kept there: no key can be read."""
        del copy
        raise self._no_files(path)

    async def remove(self, path: str) -> None:
        """Nothing is deleted but by calls."""
        raise self._no_files(path)

    async def talk(self, socket: str, command: bytes, seconds: int = 10) -> str:
        """It has no sockets."""
        del command, seconds
        raise self._no_files(socket)

    async def close(self) -> None:
        """Each call has a connection of its own."""

    async def _add(self, verb: str, words: Mapping[str, str], data: bytes, seconds: int) -> Printed:
        folder = _FOLDER[verb]
        try:
            name = expect_name(words.get("cert", ""))
        except UserProblem as problem:
            raise Failed(problem.message) from None
        if name in await self._list(folder):
            if await self._leaf(folder, name) == _first(data):
                return Printed(0, "it is there already")
            raise self._another(name)
        parameters: tuple[tuple[str, str | int], ...] = (("cert", name),)
        if folder == CERTIFICATES:
            parameters += (("replace", 0),)
        return _printed(await self._reply(Call(verb, parameters, data), seconds))

    async def _delete(self, verb: str, words: Mapping[str, str], seconds: int) -> Printed:
        folder, name = _FOLDER[verb], words.get("cert", "")
        if name not in await self._list(folder):
            return Printed(0, "it is not there")
        leaf = await self._leaf(folder, name)
        if leaf is None or leaf.fingerprint != words.get("if"):
            raise self._another(name)
        return _printed(await self._reply(Call(verb, (("cert", name),)), seconds))

    async def _modify(self, words: Mapping[str, str], seconds: int) -> Printed:
        service = tuple((name, words.get(name, "")) for name in ("vs", "port", "prot"))
        setting = "TLSType" if "TLSType" in words else "CertFile"
        shown = await self._reply(Call("showvs", service), seconds)
        if isinstance(shown, Refused):
            return _printed(shown)
        wanted = words.get(setting, "")
        is_now = " ".join(_value(one, setting) for one in shown.services[:1])
        if is_now == wanted:
            return Printed(0, "it is so already")
        if is_now != words.get("was", ""):
            raise Overtaken(
                text(
                    "Expected {setting} of {service} on {machine} to be “{was}”, but it is “{now}” by now, and is left "
                    "as it is.",
                    setting=setting,
                    service=clean(" ".join(value for _, value in service), 100),
                    machine=self.name,
                    was=clean(words.get("was", ""), 300),
                    now=clean(is_now, 300),
                )
            )
        return _printed(await self._reply(Call("modvs", (*service, (setting, wanted))), seconds))

    async def _list(self, folder: str) -> tuple[str, ...]:
        reply = await self._reply(Call(_LIST[folder]))
        if isinstance(reply, Refused):
            raise failed(self.name, _LIST[folder], reply.words)
        return reply.names

    async def _leaf(self, folder: str, name: str) -> Certificate | None:
        return _first((await self.read(path_of(folder, name))).octets)

    async def _reply(self, call: Call, seconds: float = LOOK_SECONDS) -> Accepted | Refused:
        """Raises NotAllowed where who asks is not known or may not, Unreachable where no LoadMaster answers."""
        async with self._finding_out:
            if self._speaks_v2 is None:
                self._speaks_v2 = await self._find_out()
        return self._known(await self._said(call, v2=self._speaks_v2, seconds=seconds))

    async def _find_out(self) -> bool:
        """Whether the second version is there; the first one knows client certificates, too."""
        if self._login.user or self._login.api_key:
            reply = await self._said(Call("listcert"), v2=True, seconds=LOOK_SECONDS)
            if not (isinstance(reply, NotTheInterface) or (isinstance(reply, Refused) and reply.code in (404, 405))):
                self._known(reply)
                return True
        reply = await self._said(Call("listcert"), v2=False, seconds=LOOK_SECONDS)
        if isinstance(reply, NotTheInterface):
            raise NotAllowed(
                text(
                    "{machine} does not answer as a LoadMaster's interface does: {why} It is off by default: enable it "
                    "under Certificates & Security, Remote Access, Enable API Interface; and see that the port is that "
                    "of the web interface.",
                    machine=self.name,
                    why=reply.why,
                )
            )
        self._known(reply)
        return False

    async def _said(self, call: Call, *, v2: bool, seconds: float) -> Reply:
        asked = (kemp_v2.request if v2 else kemp_v1.request)(call, self._login)
        changing = call.command in _CHANGES
        answered = await self._page.ask(asked, changing=changing, most=LARGEST, seconds=seconds)
        return (kemp_v2.read_reply if v2 else kemp_v1.read_reply)(answered.body, answered.status)

    def _known(self, reply: Reply) -> Accepted | Refused:
        match reply:
            case Accepted():
                return reply
            case Refused(code=401, words=words):
                raise NotAllowed(
                    text(
                        "{machine} lets nobody in with what the password file holds: {words}. Without a user in reach, "
                        "it must be an API key. Right after licensing the interface is off, too.",
                        machine=self.name,
                        words=words,
                    )
                )
            case Refused(code=403, words=words):
                raise NotAllowed(
                    text(
                        "{machine} does not allow it: {words}. Its user needs the rights Certificate Creation, "
                        "Intermediate Certificates and Virtual Services.",
                        machine=self.name,
                        words=words,
                    )
                )
            case Refused():
                return reply
            case NotTheInterface(why=why):
                raise Failed(text("{machine}: {why}", machine=self.name, why=why))

    def _another(self, name: str) -> Overtaken:
        return Overtaken(
            text(
                "On {machine} the name {name} is that of another certificate by now, which is left as it is.",
                machine=self.name,
                name=clean(name, 100),
            )
        )

    def _no_files(self, path: str) -> Failed:
        return failed(self.name, path, text("A LoadMaster has no files that can be written."))


def _printed(reply: Accepted | Refused, output: str = "") -> Printed:
    return Printed(reply.code, "", reply.words) if isinstance(reply, Refused) else Printed(0, output)


def _value(service: VirtualService, setting: str) -> str:
    return str(service.tls_type) if setting == "TLSType" else " ".join(service.certificates)


def _first(pem: bytes) -> Certificate | None:
    return next(iter(read_pem_certificates(pem)), None)
