"""What HAProxy loads for each of its bind lines: files, folders, lists and bundles, in its order."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from posixpath import dirname, join, splitext

from mailtrust.core.formats.haproxy_cfg import (
    SECTIONS,
    Entry,
    HaproxyCfgError,
    Line,
    Word,
    read_crt_list,
    read_haproxy_cfg,
)
from mailtrust.core.model.configured import Listening
from mailtrust.core.model.server_facts import FileAt, FilesLike, Names, NoAnswer, Question, ServerFacts, content_of
from mailtrust.core.targets.configured.parts.editing import decode
from mailtrust.core.targets.configured.parts.pem_files import certificates_in, keys_in

MOST_LOADED = 20_000
_BESIDE = (".key", ".issuer", ".ocsp", ".sctl")
"""Endings that are passed over in a folder."""
_BUNDLED = (".rsa", ".ecdsa", ".dsa")
_ONE_ARGUMENT = frozenset({"alpn", "backlog", "ca-file", "ca-ignore-err", "ca-sign-file", "ca-sign-pass",
                           "ca-verify-file", "ciphers", "ciphersuites", "client-sigalgs", "crl-file", "crt",
                           "crt-ignore-err", "crt-list", "curves", "default-crt", "ecdhe", "expose-fd", "gid", "group",
                           "guid-prefix", "id", "interface", "label", "level", "maxconn", "mode", "mss", "name",
                           "namespace", "nice", "npn", "ocsp-update", "process", "proto", "quic-cc-algo",
                           "severity-output", "shards", "sigalgs", "ssl-max-ver", "ssl-min-ver", "tcp-ut", "thread",
                           "tls-ticket-keys", "uid", "user", "verify"})  # fmt: skip
_CRT = ("crt", "default-crt", "crt-list")
_CONDITIONAL = frozenset({"bind", "crt-base", "default-path", "issuers-chain-path", "ssl-default-bind-options"})
_ADDRESS = re.compile(
    r"(?:(?:ipv4|ipv6|tcp|tcp4|tcp6)@)?(?P<address>\[[^\]]*\]|[^@/]*):(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?\Z",
    re.ASCII,
)
_EVERY_ADDRESS = ("", "*", "0.0.0.0", "::", "[::]")  # noqa: S104 - read, not bound
_MOST_PORTS = 100


@dataclass(eq=False)
class Bind:
    """A bind line with `ssl`."""

    path: str
    line: Line
    listens: tuple[Listening, ...]
    loaded: list["Loaded"] = field(default_factory=list)

    @cached_property
    def keywords(self) -> tuple[tuple[Word, Word | None], ...]:
        """Its words behind the address: each keyword, with its argument where it takes one."""
        words = iter(self.line.words[2:])
        return tuple((word, next(words, None) if word.value in _ONE_ARGUMENT else None) for word in words)

    @cached_property
    def crts(self) -> list[tuple[Word, Word]]:
        """What names certificates, in order."""
        return [(word, named) for word, named in self.keywords if word.value in _CRT and named is not None]

    def says(self, name: str) -> bool:
        """Whether a keyword stands there."""
        return any(word.value == name for word, _ in self.keywords)

    def defaults(self) -> list["Loaded"]:
        """What is for who gives no name: what is loaded first, unless another is said to be it."""
        if self.says("strict-sni"):
            return []
        return [one for one in self.loaded if one.origin.keyword.value == "default-crt"] or self.loaded[:1]


@dataclass(frozen=True, slots=True)
class Origin:
    """By which words a bind line comes to a certificate."""

    keyword: Word
    named: Word
    """What stands behind the keyword."""
    unsaid: str = ""
    """What HAProxy leaves away of a path: the folder that it is started in."""
    list_path: str = ""
    """The crt-list; empty: none."""
    entry: Entry | None = None
    """Its line."""


@dataclass(slots=True, eq=False)
class Loaded:
    """A certificate of a bind line."""

    bind: Bind
    origin: Origin
    file: str
    key: str
    by_name: bool
    """It is named itself, not its folder, nor its name without an ending."""

    @property
    def called(self) -> str:
        """The file as HAProxy calls it."""
        return self.file.removeprefix(self.origin.unsaid)

    @property
    def named_in(self) -> tuple[str, int, Word]:
        """The file, the line and the word that name it."""
        origin = self.origin
        if origin.entry is not None:
            return origin.list_path, origin.entry.number, origin.entry.words[0]
        return self.bind.path, self.bind.line.number, origin.named


class Binds:
    """All that is known of the configuration. Raises HaproxyCfgError for what cannot be read."""

    def __init__(self, main: str, facts: ServerFacts) -> None:
        self.asked: list[Question] = []
        """What has to be known for all this."""
        self.binds: list[Bind] = []
        self.globals: list[tuple[str, Line]] = []
        self._facts = facts
        self._count = 0
        self._base = ""
        for path in self._files(main):
            content = content_of(facts, path)
            if content is not None:
                try:
                    self._read(path, read_haproxy_cfg(decode(content.octets)))
                except HaproxyCfgError as error:
                    raise HaproxyCfgError(f"{path}, {error}") from None

    def setting(self, name: str) -> tuple[Word, ...]:
        """The words behind a keyword of the global section, the last time it is said."""
        return next((line.words[1:] for _, line in reversed(self.globals) if line.words[0].value == name), ())

    def issuers_of(self, loaded: Loaded) -> str:
        """The file that completes the chain (issuers-chain-path); empty: none does."""
        chain, folder = certificates_in(self._facts, loaded.file), self.setting("issuers-chain-path")[:1]
        if len(chain) != 1 or not folder:
            return ""
        for path in self._names(f"{folder[0].value.rstrip('/')}/*"):
            self._ask(FileAt(path))
            for issuer in certificates_in(self._facts, path)[:1]:
                if issuer.subject.match_key == chain[0].issuer.match_key and issuer != chain[0]:
                    return path
        return ""

    def _ask(self, question: Question) -> object:
        self.asked.append(question)
        return self._facts.get(question)

    def _names(self, pattern: str) -> tuple[str, ...]:
        found = self._ask(FilesLike(pattern))
        return found.paths if isinstance(found, Names) else ()

    def _files(self, main: str) -> tuple[str, ...]:
        """One file, or every *.cfg of a folder (-f)."""
        in_folder = self._names(f"{main.rstrip('/')}/*.cfg")
        for path in in_folder or (main,):
            if isinstance(refusal := self._ask(FileAt(path)), NoAnswer):
                raise HaproxyCfgError(f"{path}: {refusal.why}")
        return in_folder or (main,)

    def _read(self, path: str, lines: tuple[Line, ...]) -> None:
        conditions = 0
        for line in lines:
            first, *others = line.values
            conditions += {".if": 1, ".endif": -1}.get(first, 0)
            if conditions and (first in SECTIONS or first in _CONDITIONAL):
                raise HaproxyCfgError(f"line {line.number}: conditions (.if) are not followed here")
            if line.section == "global" and first != "global":
                self.globals.append((path, line))
            match first, others:
                case "default-path", ["config", *_]:
                    self._base = dirname(path)
                case "default-path", ["parent", *_]:
                    self._base = dirname(dirname(path))
                case "default-path", ["origin", origin, *_]:
                    self._base = origin
                case "bind", [addresses, *_] if line.section in ("frontend", "listen", "peers", "log-forward"):
                    bind = Bind(path, line, tuple(_listens(addresses)))
                    if bind.says("ssl"):
                        self.binds.append(bind)
                        self._load(bind)

    def _load(self, bind: Bind) -> None:
        for word, named in bind.crts:
            if word.value != "crt-list":
                self._pems(bind, Origin(word, named), named.value)
                continue
            path = self._from(named.value)
            self._ask(FileAt(path))
            content = content_of(self._facts, path)
            if content is not None:
                for entry in read_crt_list(decode(content.octets)):
                    self._pems(bind, Origin(word, named, list_path=path, entry=entry), entry.words[0].value)

    def _from(self, said: str) -> str:
        """Relative to where the service is started: systemd's is the root."""
        return said if said.startswith("/") else join(self._base or "/", said)

    def _pems(self, bind: Bind, origin: Origin, said: str) -> None:
        if not said:
            return
        if said.startswith("@"):
            raise HaproxyCfgError(f"line {bind.line.number}: a crt-store is not followed here")
        base = self.setting("crt-base")[:1]
        called = f"{base[0].value}/{said}" if base and not said.startswith("/") else said
        path = self._from(called)
        origin = replace(origin, unsaid=path.removesuffix(called))
        if not isinstance(self._ask(FileAt(path)), NoAnswer):
            self._pem(Loaded(bind, origin, path, path, by_name=True))
            return
        inside = [one for one in self._names(f"{path.rstrip('/')}/*") if not one.endswith(_BESIDE)]
        for one in inside or [one for one in self._names(f"{path}.*") if one.endswith(_BUNDLED)]:
            if not isinstance(self._ask(FileAt(one)), NoAnswer):
                self._pem(Loaded(bind, origin, one, one, by_name=False))

    def _pem(self, loaded: Loaded) -> None:
        self._count += 1
        if self._count > MOST_LOADED:
            raise HaproxyCfgError(f"more than {MOST_LOADED} certificates")
        path = loaded.file
        extra = {word.value for word in self.setting("ssl-load-extra-files")} or {"all"}
        if content_of(self._facts, path) is not None and not keys_in(self._facts, path) and extra & {"all", "key"}:
            deleted = any(line.words[0].value == "ssl-load-extra-del-ext" for _, line in self.globals)
            beside = f"{splitext(path)[0] if deleted else path}.key"
            self._ask(FileAt(beside))
            if content_of(self._facts, beside) is not None:
                loaded.key = beside
        loaded.bind.loaded.append(loaded)


def _listens(said: str) -> Iterator[Listening]:
    for one in said.split(","):
        match = _ADDRESS.match(one)
        if match is not None:
            address = "" if match["address"] in _EVERY_ADDRESS else match["address"].strip("[]")
            first = int(match["first"])
            last = min(int(match["last"] or first), first + _MOST_PORTS - 1)
            yield from (Listening(port, address) for port in range(first, last + 1))
