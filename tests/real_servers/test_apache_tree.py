"""Debian's tree of Apache files: the same files are read as Apache reads, and what is edited passes its own test."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.programs.apache import MODULES
from tests.real_servers.mending import MACHINE, Patient, authority, write_pair

from mailtrust.core.model.configured import Act, Edit, Files
from mailtrust.core.model.remedy import ConfigureServer
from mailtrust.core.model.server_facts import Content, FileAt
from mailtrust.core.model.settings import Server
from mailtrust.core.targets.configured import apache

pytestmark = [pytest.mark.real_server, pytest.mark.asyncio(loop_scope="session")]

TREE = {
    "apache2.conf": """\
ServerRoot "{here}"
DefaultRuntimeDir ${{RUN}}
PidFile ${{RUN}}/pid
ErrorLog ${{RUN}}/error.log
IncludeOptional mods-enabled/*.load
IncludeOptional mods-enabled/*.conf
Include ports.conf
<IfDefine !ENABLE_TLS>
  Define TLS {here}/tls
</IfDefine>
<IfVersion < 2.2>
  Include nowhere.conf
</IfVersion>
Include extra
IncludeOptional sites-enabled/*.conf
""",
    "envvars": "export RUN={here}\n",
    "ports.conf": "<IfModule ssl_module>\nListen {port}\n</IfModule>\n<IfModule mod_gnutls.c>\nListen 1\n</IfModule>\n",
    "mods-enabled/a.load": "LoadModule mpm_event_module {modules}/mod_mpm_event.so\n",
    "mods-enabled/b.load": "LoadModule authz_core_module {modules}/mod_authz_core.so\n",
    "mods-enabled/ssl.load": "LoadModule ssl_module {modules}/mod_ssl.so\n",
    "mods-enabled/ssl.conf": "<IfModule mod_ssl.c>\n\tSSLProtocol all -SSLv3\n</IfModule>\n",
    "extra/deeper/name.conf": "ServerName post.example\n",
    "sites-enabled/default-ssl.conf": """\
<IfModule mod_ssl.c>
\t<VirtualHost _default_:{port}>
\t\tSSLEngine on
\t\tSSLCertificateFile\t${{TLS}}/rsa.pem
\t\tSSLCertificateKeyFile ${{TLS}}/rsa.key
\t\t<FilesMatch "\\.(cgi|shtml|phtml|php)$">
\t\t\tSSLOptions +StdEnvVars
\t\t</FilesMatch>
\t</VirtualHost>
</IfModule>
""",
    "sites-enabled/mail.conf": """\
<VirtualHost *:{port}>
  ServerName mail.post.example
  ServerAlias autodiscover.post.example \\
    *.mail.post.example
  SSLEngine on
  SSLCertificateFile "${{TLS}}/ec.pem"
  SSLCertificateKeyFile ${{TLS}}/ec.key
</VirtualHost>
""",
}


async def test_a_tree_of_files(
    server_folder: Path, free_port: Callable[[], int], installed: Callable[[str, str], str]
) -> None:
    program = installed("apache2", "apache2-bin")
    here, port = server_folder / "apache-tree", free_port()
    _make(here, port)
    # As apache2ctl does: the variables first.
    (here / "ctl").write_text(f'#!/bin/sh\n. {here}/envvars\nexec {program} "$@"\n')
    (here / "ctl").chmod(0o755)
    main, ctl = str(here / "apache2.conf"), str(here / "ctl")
    patient = Patient(apache, Server("web", (), "apache", "local", configuration=main, program=ctl))
    surveyed = await patient.surveyed()
    dumped = await MACHINE.run((ctl, "-f", main, "-t", "-D", "DUMP_INCLUDES"))
    read = set(re.findall(r"^\s*\([\d*]+\) (.*)$", dumped.output, re.MULTILINE))
    apart = (f"{here}/tls/", f"{here}/envvars")
    asked = {
        one.path
        for one, answer in surveyed.facts.items()
        if isinstance(one, FileAt) and isinstance(answer, Content) and not one.path.startswith(apart)
    }
    assert asked == read, dumped
    rsa, ec = surveyed.places
    assert [one.chain_file for one in surveyed.places] == [f"{here}/tls/rsa.pem", f"{here}/tls/ec.pem"]
    assert (rsa.is_default, ec.is_default) == (True, False)

    new = Files(f"{here}/tls/new rsa.pem", f"{here}/tls/new rsa.key")
    facts, server = surveyed.facts, surveyed.server
    every = (
        apache.point_to(server, facts, {rsa: new}),
        apache.set_up(server, facts, ConfigureServer("tls-version"), (ec,), (port,)),
        apache.set_up(server, facts, ConfigureServer("send-sni-certificate"), (ec,), (port,)),
    )
    for changes in every:
        assert isinstance(changes, tuple)
        (change,) = changes
        if isinstance(change, Edit):
            old = await MACHINE.read(change.path)
            await MACHINE.write(change.path, change.content, mode=old.mode, owner=old.owner)
            assert await patient.is_sound(), change
            await MACHINE.write(change.path, old.octets, mode=old.mode, owner=old.owner)
        else:
            assert isinstance(change, Act)
            assert (await MACHINE.run(change.command)).status == 0
            assert await patient.is_sound()
            hosts = await MACHINE.run((ctl, "-f", main, "-t", "-D", "DUMP_VHOSTS"))
            assert "default server mail.post.example" in hosts.output
            assert (await MACHINE.run(change.back_command)).status == 0
    assert (await patient.surveyed()).facts == facts


def _make(here: Path, port: int) -> None:
    pki = authority()
    for name, source in TREE.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(source.format(here=here, port=port, modules=MODULES))
    rsa = pki.leaf("mail.post.example")
    write_pair(here / "tls", "rsa", rsa)
    write_pair(here / "tls", "new rsa", rsa)
    write_pair(here / "tls", "ec", pki.leaf("mail.post.example", key="ec-p256"))
