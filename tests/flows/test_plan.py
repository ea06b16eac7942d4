"""Plans: which files, lines and commands for which finding, the fewest of them, and what they are expected to do."""

import re
from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any

import pytest

from mailtrust.core.formats.plan_file import PlanFileError, decode_plan, encode_plan
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.evidence import Assessment
from mailtrust.core.model.plan import AskPerson, OnServer, OnThisMachine, Plan, RunCommand, WriteFile
from mailtrust.core.model.pool import Source
from mailtrust.core.model.server_facts import Printed
from mailtrust.core.model.settings import Place, Server, Settings
from mailtrust.core.model.text import text
from mailtrust.core.report.plan_text import headline
from mailtrust.core.rules.grounds.comparing import compare
from mailtrust.core.targets.mending.work import Material
from mailtrust.core.validation.tlsa_rollover import advised
from mailtrust.core.x509.pem import PRIVATE_KEY_LABELS, find_pem, to_pem_chain
from mailtrust.core.x509.withheld_keys import mark_of, withheld_in
from mailtrust.edge.lookup.dns_answers import Found, NoSuchName, TextAnswer
from mailtrust.edge.transport.machine import NotThere, RawFile
from mailtrust.flows.assess import assess
from mailtrust.flows.plan import Planned
from mailtrust.flows.plan import plan as make_plan
from mailtrust.flows.survey import differing

CONF = """\
http {
    server {
        listen 443 ssl;
        server_name mail.example.com;
        ssl_certificate tls/cert.pem;      # from the CA
        ssl_certificate_key tls/key.pem;
    }
}
"""
KEY = "-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n"


class Shelf:
    """A machine that can only be asked: files of a dictionary."""

    name = "shelf"

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = dict(files)

    async def read(self, path: str) -> RawFile:
        if path not in self.files:
            raise NotThere(text("not there"))
        return RawFile(self.files[path], 0o640, "0:115", path)

    async def names(self, pattern: str) -> tuple[str, ...]:
        return tuple(sorted(path for path in self.files if fnmatch(path, pattern)))

    async def run(self, command: tuple[str, ...], said: str = "", seconds: int = 60) -> Printed:
        return Printed(0, "", "--conf-path=/etc/nginx/nginx.conf")

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"making a plan must not call {name}")


def pem(*chain: Certificate) -> bytes:
    return to_pem_chain(chain).encode()


def nginx(name: str = "web", host: str = "mail.example.com", port: int | None = 443, reach: str = "local") -> Server:
    return Server(name, (Place(host, host, port),), "nginx", reach)


def assessed(caseworld: Any, *observations: Any, servers: tuple[Server, ...], **more: Any) -> Assessment:
    evidence = caseworld.judge(*observations, settings=Settings(servers=servers), **more)
    return assess(
        evidence.case,
        stores=evidence.stores,
        clients=tuple(evidence.clients.values()),
        settings=evidence.settings,
        now=evidence.now,
    )


async def planned(assessment: Assessment, files: Mapping[str, bytes], **more: Any) -> Planned:
    return await make_plan(assessment, {"local": Shelf(files)}, **more)


@pytest.fixture
def files(caseworld: Any) -> dict[str, bytes]:
    return {"/etc/nginx/nginx.conf": CONF.encode(), "/etc/nginx/tls/key.pem": KEY.encode()}


def incomplete(caseworld: Any, leaf: Certificate) -> Assessment:
    aia = (caseworld.intermediate.certificate, Source.AIA, "http://ca.example.net/i.crt")
    return assessed(caseworld, caseworld.seen((leaf,), 443), servers=(nginx(),), pool=caseworld.pool(aia))


async def test_the_chain_is_completed_in_the_file_that_is_named(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    files["/etc/nginx/tls/cert.pem"] = pem(leaf)
    made = await planned(incomplete(caseworld, leaf), files)
    write, test, take_up = (step.do for step in made.plan.steps)
    assert write == WriteFile("/etc/nginx/tls/cert.pem", pem(leaf, caseworld.intermediate.certificate))
    assert (test, take_up) == (RunCommand(("nginx", "-t")), RunCommand(("nginx", "-s", "reload")))
    assert made.plan.cures == tuple(finding.id for finding in made.before.findings)
    assert not made.plan.left
    assert not made.after.findings
    assert [step.disruption for step in made.plan.steps] == ["none", "none", "reload"]


async def test_a_whole_chain_beside_it_is_named_instead(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    files["/etc/nginx/tls/cert.pem"] = pem(leaf)
    files["/etc/nginx/tls/fullchain.pem"] = pem(leaf, caseworld.intermediate.certificate)
    made = await planned(incomplete(caseworld, leaf), files)
    edit = made.plan.steps[0].do
    assert isinstance(edit, WriteFile)
    assert edit.content.decode() == CONF.replace("tls/cert.pem", "/etc/nginx/tls/fullchain.pem")
    assert len(made.plan.steps) == 3


async def test_what_the_files_hold_already_is_only_taken_up(caseworld: Any, files: dict[str, bytes]) -> None:
    """Renewed, but the server still presents the old one: the most repeated complaint of the field."""
    old, new = caseworld.leaf(begins=-90, ends=-1), caseworld.leaf()
    files["/etc/nginx/tls/cert.pem"] = pem(new, caseworld.intermediate.certificate)
    assessment = assessed(caseworld, caseworld.seen((old, caseworld.intermediate.certificate), 443), servers=(nginx(),))
    assert "expired" in {finding.rule for finding in assessment.findings}
    made = await planned(assessment, files)
    assert [step.do for step in made.plan.steps] == [RunCommand(("nginx", "-t")), RunCommand(("nginx", "-s", "reload"))]
    assert not made.plan.left


async def test_a_forgotten_reload_is_planned_though_nothing_else_is_wrong(
    caseworld: Any, files: dict[str, bytes]
) -> None:
    """Found before the day on which the old one ends, and proven by what is presented then."""
    issuing = caseworld.intermediate.certificate
    old, new = caseworld.leaf(begins=-30, ends=60), caseworld.leaf(ends=90)
    files["/etc/nginx/tls/cert.pem"] = pem(new, issuing)
    shown = caseworld.seen((old, issuing), 443)
    assessment = assessed(caseworld, shown, servers=(nginx(),))
    assert not assessment.findings
    made = (await planned(assessment, files)).plan
    assert [step.do for step in made.steps] == [RunCommand(("nginx", "-t")), RunCommand(("nginx", "-s", "reload"))]
    assert made.cures == (f"served-not-assigned:{new.fingerprint[:16]}@web",)
    assert not made.left
    assert "1 of 1 findings cured" in str(headline(made))
    for chain, cured in ((old, False), (new, True)):
        case = assessed(caseworld, caseworld.seen((chain, issuing), 443), servers=()).evidence.case
        proof = compare(made.findings, (), case)
        assert (bool(proof.resolved), bool(proof.remaining)) == (cured, not cured)
    again = assessed(caseworld, caseworld.seen((new, issuing), 443), servers=(nginx(),))
    assert not (await planned(again, files)).plan.steps


@pytest.mark.parametrize("shown", ["rsa-2048", "ec-p256"])
@pytest.mark.parametrize("ends", [-1, 60], ids=["ended", "before its end"])
async def test_two_kinds_of_key_both_renewed_are_taken_up(
    caseworld: Any, files: dict[str, bytes], shown: str, ends: int
) -> None:
    """Which of the two comes depends on the hello: the one of the same kind as what is presented now."""
    issuing = caseworld.intermediate.certificate
    old = caseworld.leaf(begins=-90, ends=ends, key=shown)
    new = {key: caseworld.leaf(ends=90, key=key) for key in ("rsa-2048", "ec-p256")}
    more = "ssl_certificate tls/ec.pem; ssl_certificate_key tls/ec.key;"
    files |= {
        "/etc/nginx/nginx.conf": CONF.replace(
            "        ssl_certificate tls", f"        {more} ssl_certificate tls"
        ).encode(),
        "/etc/nginx/tls/cert.pem": pem(new["rsa-2048"], issuing),
        "/etc/nginx/tls/ec.pem": pem(new["ec-p256"], issuing),
        "/etc/nginx/tls/ec.key": KEY.encode(),
    }
    assessment = assessed(caseworld, caseworld.seen((old, issuing), 443), servers=(nginx(),))
    made = (await planned(assessment, files)).plan
    assert [step.do for step in made.steps] == [RunCommand(("nginx", "-t")), RunCommand(("nginx", "-s", "reload"))]
    assert not made.left
    if ends > 0:
        assert made.cures == (f"served-not-assigned:{new[shown].fingerprint[:16]}@web",)


async def test_what_would_be_worse_is_not_taken_up(caseworld: Any, files: dict[str, bytes]) -> None:
    """The intermediate is missing in the new file: who reloads it locks out the clients that came in until now."""
    old, new = caseworld.leaf(begins=-30, ends=60), caseworld.leaf(ends=90)
    files["/etc/nginx/tls/cert.pem"] = pem(new)
    shown = caseworld.seen((old, caseworld.intermediate.certificate), 443)
    made = (await planned(assessed(caseworld, shown, servers=(nginx(),)), files)).plan
    assert not made.steps
    assert "would bring something else: chain-incomplete" in str(made.left[0].why)
    assert made.left[0].finding == f"served-not-assigned:{new.fingerprint[:16]}@web"


@pytest.mark.parametrize("held", ["another name", "elsewhere in its files", "an older one"])
async def test_another_certificate_alone_is_no_forgotten_reload(
    caseworld: Any, files: dict[str, bytes], held: str
) -> None:
    issuing = caseworld.intermediate.certificate
    old = caseworld.leaf(begins=-30, ends=60)
    new = {
        "another name": caseworld.leaf("other.example.com", ends=90),
        "elsewhere in its files": caseworld.leaf(ends=90),
        "an older one": caseworld.leaf(begins=-60, ends=50),
    }[held]
    files["/etc/nginx/tls/cert.pem"] = pem(new, issuing)
    if held == "elsewhere in its files":
        conf = CONF.replace("http {", "http { server { listen 8443 ssl; ssl_certificate o; ssl_certificate_key k; }")
        files |= {"/etc/nginx/nginx.conf": conf.encode(), "/etc/nginx/o": pem(old, issuing)}
    assessment = assessed(caseworld, caseworld.seen((old, issuing), 443), servers=(nginx(),))
    made = (await planned(assessment, files)).plan
    assert not made.steps
    assert not made.findings


async def test_what_is_given_comes_before_what_was_forgotten(caseworld: Any, files: dict[str, bytes]) -> None:
    issuing = caseworld.intermediate.certificate
    old, forgotten, given = (caseworld.leaf(begins=-90, ends=-1), caseworld.leaf(ends=60), caseworld.leaf(ends=90))
    files["/etc/nginx/tls/cert.pem"] = pem(forgotten, issuing)
    assessment = assessed(caseworld, caseworld.seen((old, issuing), 443), servers=(nginx(),))
    made = await planned(assessment, files, material=Material((given, issuing), OnThisMachine("/root/new.key")))
    assert any(isinstance(step.do, WriteFile) and pem(given, issuing) in step.do.content for step in made.plan.steps)
    assert not any(one.startswith("served-not-assigned") for one in made.plan.cures)


async def test_a_new_pair_gets_files_of_its_own(caseworld: Any, files: dict[str, bytes]) -> None:
    old, new = caseworld.leaf(begins=-90, ends=-1), caseworld.leaf(key="ec-p256")
    files["/etc/nginx/tls/cert.pem"] = pem(old, caseworld.intermediate.certificate)
    assessment = assessed(caseworld, caseworld.seen((old, caseworld.intermediate.certificate), 443), servers=(nginx(),))
    left = await planned(assessment, files)
    assert not left.plan.steps
    assert "--with FILE" in str(left.plan.left[0].why)
    chain = (new, caseworld.intermediate.certificate)
    made = await planned(assessment, files, material=Material(chain, OnThisMachine("/root/new.key")))
    key, certificate, edit, *_ = (step.do for step in made.plan.steps)
    tag = new.fingerprint[:8]
    assert isinstance(key, WriteFile)
    assert (key.path, key.new, key.mode, key.owner) == (f"/etc/nginx/tls/key-{tag}.pem", True, 0o640, "0:115")
    assert (key.keys, withheld_in(key.content)) == ((OnThisMachine("/root/new.key"),), (mark_of(new),))
    assert certificate == WriteFile(f"/etc/nginx/tls/cert-{tag}.pem", pem(*chain), new=True, mode=0o640, owner="0:115")
    assert isinstance(edit, WriteFile)
    assert edit.path == "/etc/nginx/nginx.conf"
    assert not made.after.findings


class Zone:
    """DNS that knows one TLSA record."""

    def __init__(self, name: str, record: str) -> None:
        self._name, self._record = name, record

    async def texts(self, name: str, record_type: str) -> TextAnswer:
        return Found((self._record,)) if name == self._name else NoSuchName(name)

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(name)


async def test_tlsa_records_are_not_broken(caseworld: Any, files: dict[str, bytes]) -> None:
    """A published record of the key in service: another key is refused, the same key is taken."""
    old = caseworld.leaf(begins=-90, ends=-1)
    files["/etc/nginx/tls/cert.pem"] = pem(old, caseworld.intermediate.certificate)
    assessment = assessed(caseworld, caseworld.seen((old, caseworld.intermediate.certificate), 443), servers=(nginx(),))
    zone = Zone("_25._tcp.mail.example.com", advised(old).text)
    for key, kept in (("ec-p256", False), ("rsa-2048", True)):
        chain = (caseworld.leaf(key=key), caseworld.intermediate.certificate)
        material = Material(chain, OnThisMachine("/root/new.key"))
        made = await planned(assessment, files, material=material, resolver=zone)
        assert bool(made.plan.steps) is kept
        if not kept:
            (left,) = made.plan.left
            assert f"publish {advised(chain[0]).text} beside them" in str(left.why)
            assert "_25._tcp.mail.example.com" in str(left.why)


async def test_a_key_that_is_nowhere_is_asked_for(caseworld: Any, files: dict[str, bytes]) -> None:
    old, new = caseworld.leaf(begins=-90, ends=-1), caseworld.leaf(key="ec-p256")
    files["/etc/nginx/tls/cert.pem"] = pem(old)
    assessment = assessed(caseworld, caseworld.seen((old, caseworld.intermediate.certificate), 443), servers=(nginx(),))
    made = await planned(assessment, files, material=Material((new,), None))
    assert not made.plan.steps
    assert any("--key FILE" in str(one.why) for one in made.plan.left)


async def test_the_right_certificate_of_another_server_block_is_named(caseworld: Any) -> None:
    good, bad = caseworld.leaf(), caseworld.leaf(begins=-90, ends=-1)
    issuing = caseworld.intermediate.certificate
    conf = """http { ssl_certificate /tls/good.pem; ssl_certificate_key /tls/good.key; server { listen 443 ssl; } }
mail { server { listen 993 ssl; protocol imap; ssl_certificate /tls/bad.pem; ssl_certificate_key /tls/bad.key; } }
"""
    files = {
        "/etc/nginx/nginx.conf": conf.encode(),
        "/tls/good.pem": pem(good, issuing),
        "/tls/bad.pem": pem(bad, issuing),
        "/tls/good.key": KEY.encode(),
        "/tls/bad.key": KEY.encode(),
    }
    assessment = assessed(
        caseworld,
        caseworld.seen((good, issuing), 443),
        caseworld.seen((bad, issuing), 993),
        servers=(nginx(port=None),),
    )
    assert "ports-disagree" in {finding.rule for finding in assessment.findings}
    made = await planned(assessment, files)
    edit = made.plan.steps[0].do
    assert isinstance(edit, WriteFile)
    assert edit.content.decode() == conf.replace("/tls/bad.", "/tls/good.")
    assert len(made.plan.steps) == 3
    assert not made.after.findings


async def test_key_and_chain_in_one_file_keep_their_order(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    conf = CONF.replace("tls/key.pem", "tls/cert.pem")
    files["/etc/nginx/nginx.conf"] = conf.encode()
    rest = "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n-----END DH PARAMETERS-----\n"
    files["/etc/nginx/tls/cert.pem"] = KEY.encode() + pem(leaf) + rest.encode()
    made = await planned(incomplete(caseworld, leaf), files)
    write = made.plan.steps[0].do
    assert isinstance(write, WriteFile)
    assert write.keys == (OnServer("/etc/nginx/tls/cert.pem"),)
    labels = [block.label for block in find_pem(write.content)]
    assert labels == ["WITHHELD KEY", "CERTIFICATE", "CERTIFICATE", "DH PARAMETERS"]


async def test_two_findings_of_one_file_take_one_step(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf, stranger = caseworld.leaf(), caseworld.make_root("Stranger").certificate
    files["/etc/nginx/tls/cert.pem"] = pem(leaf, stranger, stranger)
    aia = (caseworld.intermediate.certificate, Source.AIA, "http://ca.example.net/i.crt")
    seen = caseworld.seen((leaf, stranger, stranger), 443)
    made = await planned(assessed(caseworld, seen, servers=(nginx(),), pool=caseworld.pool(aia)), files)
    assert {"chain-incomplete", "chain-unrelated"} <= {finding.rule for finding in made.before.findings}
    assert len(made.plan.steps) == 3
    assert not made.plan.left


async def test_where_no_file_is_reached_a_person_gets_the_steps(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    server = Server("balancer", (Place("mail.example.com", "mail.example.com", 443),), "kemp")
    aia = (caseworld.intermediate.certificate, Source.AIA, "http://ca.example.net/i.crt")
    assessment = assessed(caseworld, caseworld.seen((leaf,), 443), servers=(server,), pool=caseworld.pool(aia))
    made = await planned(assessment, {})
    assert made.plan.steps
    assert all(isinstance(step.do, AskPerson) and not step.server for step in made.plan.steps)
    assert not made.after.findings


async def test_what_cannot_be_read_is_said(caseworld: Any) -> None:
    leaf = caseworld.leaf()
    broken = await planned(incomplete(caseworld, leaf), {"/etc/nginx/nginx.conf": b"http { server {"})
    assert broken.unread
    assert "cannot be read" in str(broken.unread[0].why)
    missing = await planned(incomplete(caseworld, leaf), {})
    assert str(missing.unread[0].why) == "not there"


async def test_nothing_wrong_nothing_to_do(caseworld: Any, files: dict[str, bytes]) -> None:
    seen = caseworld.seen((caseworld.leaf(), caseworld.intermediate.certificate), 443)
    made = await planned(assessed(caseworld, seen, servers=(nginx(),)), files)
    assert (made.plan.steps, made.plan.cures, made.plan.left) == ((), (), ())


async def test_a_plan_holds_no_key(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    files["/etc/nginx/nginx.conf"] = CONF.replace("tls/key.pem", "tls/cert.pem").encode()
    files["/etc/nginx/tls/cert.pem"] = pem(leaf) + KEY.encode()
    data = encode_plan((await planned(incomplete(caseworld, leaf), files)).plan, str)
    assert b"WITHHELD KEY" in data
    assert not any(f"BEGIN {label}".encode() in data for label in PRIVATE_KEY_LABELS)
    assert b"bm90IGEga2V5" not in data


async def test_a_plan_comes_back_from_its_file(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    files["/etc/nginx/tls/cert.pem"] = pem(leaf)
    plan = (await planned(incomplete(caseworld, leaf), files, looking=("--no-aia",))).plan
    data = encode_plan(plan, str)
    again = decode_plan(data)
    assert encode_plan(again, str) == data
    assert _without_words(again) == _without_words(plan)
    changed = re.sub(rb'"-t"', b'"-T"', data)
    assert changed != data
    with pytest.raises(PlanFileError, match="was changed after it was made"):
        decode_plan(changed)
    with pytest.raises(PlanFileError, match="no JSON"):
        decode_plan(b"never")


def _without_words(plan: Plan) -> Plan:
    steps = tuple(replace(step, say=text("")) for step in plan.steps)
    return replace(plan, id="", steps=steps)


async def test_a_stranger_in_the_same_folder_changes_no_facts(caseworld: Any, files: dict[str, bytes]) -> None:
    leaf = caseworld.leaf()
    files["/etc/nginx/tls/cert.pem"] = pem(leaf)
    plan = (await planned(incomplete(caseworld, leaf), files)).plan
    shelf = Shelf(files)
    assert await differing(plan, {"local": shelf}) == ()
    shelf.files["/etc/nginx/tls/other.pem"] = pem(caseworld.leaf("other.example.com"))
    assert await differing(plan, {"local": shelf}) == ()
    shelf.files["/etc/nginx/tls/cert.pem"] += b"\n"
    assert await differing(plan, {"local": shelf}) == ("/etc/nginx/tls/cert.pem",)
    del shelf.files["/etc/nginx/nginx.conf"]
    assert await differing(plan, {"local": shelf}) == ("web",)
