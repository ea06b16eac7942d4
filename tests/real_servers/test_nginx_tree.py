"""Debian's tree of nginx files: the same files are read as nginx reads, and what is edited passes its own test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.real_servers.mending import MACHINE, Patient, authority, write_pair

from mailtrust.core.model.configured import Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import FileAt
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import nginx

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

TREE = {
    "nginx.conf": """\
pid {here}/pid;
error_log {here}/error.log;
events {{}}
http {{
\taccess_log off;
\tinclude mime.types;
\tssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; # Dropping SSLv3
\tinclude {here}/conf.d/*.conf;
\tinclude sites-enabled/*;
}}
""",
    "mime.types": "types {{\n    text/html html htm;\n}}\n",
    "conf.d/map.conf": "map $host $kind {{ default \"a;b\"; ~^www\\d+\\. '{{'; }}\n",
    "conf.d/ignored.txt": "nonsense",
    "snippets/tls.conf": "ssl_certificate tls/rsa.pem;\nssl_certificate_key 'tls/rsa.key';\n",
    "sites-available/default": """\
server {{
\tlisten {port} ssl default_server;
\tserver_name _;
\tinclude snippets/tls.conf;
\treturn 444;
}}
""",
    "sites-available/mail": """\
server {{ listen {port} ssl; server_name mail.post.example "*.mail.post.example"; # both kinds
\tinclude snippets/tls.conf;
\tssl_certificate "{here}/tls/ec.pem"; ssl_certificate_key {here}/tls/ec.key;
\tlocation ~ \\.php$ {{ return 404; }}
}}
""",
}


async def test_a_tree_of_files(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str]
) -> None:
    program = installed("nginx", "nginx")
    here, port = server_folder / "nginx-tree", free_port()
    _make(here, port)
    main = str(here / "nginx.conf")
    patient = Patient(nginx, Server("web", (), "nginx", "local", configuration=main, program=program))
    surveyed = await patient.surveyed()
    dumped = await MACHINE.run((program, "-T", "-c", main))
    read = set(re.findall(r"^# configuration file (.*):$", dumped.output, re.MULTILINE))
    tls = f"{here}/tls/"
    asked = {one.path for one in surveyed.facts if isinstance(one, FileAt) and not one.path.startswith(tls)}
    assert asked == read
    rsa, ec = surveyed.places
    assert [one.chain_file for one in surveyed.places] == [f"{tls}rsa.pem", f"{tls}ec.pem"]
    assert (rsa.is_default, ec.is_default) == (True, False)

    new = Files(f"{tls}new rsa.pem", f"{tls}new rsa.key")
    facts, server = surveyed.facts, surveyed.server
    every = (
        nginx.point_to(server, facts, {rsa: new}),
        nginx.point_to(server, facts, {ec: new}),
        nginx.set_up(server, facts, ConfigureServer("tls-version"), (ec,), (port,)),
        nginx.set_up(server, facts, ConfigureServer("send-sni-certificate"), (ec,), (port,)),
    )
    for changes in every:
        assert isinstance(changes, tuple)
        assert changes
        former = {}
        for edit in changes:
            assert isinstance(edit, Edit)
            old = await MACHINE.read(edit.path)
            former[edit.path] = old
            await MACHINE.write(edit.path, edit.content, mode=old.mode, owner=old.owner)
        assert await patient.is_sound(), changes
        for path, old in former.items():
            await MACHINE.write(path, old.octets, mode=old.mode, owner=old.owner)
    assert (await patient.surveyed()).facts == facts


def _make(here: Path, port: int) -> None:
    pki = authority()
    for name, source in TREE.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(source.format(here=here, port=port))
    (here / "sites-enabled").mkdir()
    for name in ("default", "mail"):
        (here / "sites-enabled" / name).symlink_to(here / "sites-available" / name)
    rsa = pki.leaf("mail.post.example")
    write_pair(here / "tls", "rsa", rsa)
    write_pair(here / "tls", "new rsa", rsa)
    write_pair(here / "tls", "ec", pki.leaf("mail.post.example", key="ec-p256"))
