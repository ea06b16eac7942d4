"""Debian's own store, in a layer that is thrown away: curl, OpenSSL, GnuTLS and Debian's Java.

Red Hat's and SUSE's tools are not in Debian; what they call is: p11-kit's `trust`, which reads the folders of anchors.
"""

import asyncio
import shutil
from pathlib import Path

import pytest
from tests.programs.throwaway_root import ThrowawayRoot, throwaway_root
from tests.rollout.serving import Company, served, written

from mailtrust.core.rollout import linux
from mailtrust.core.x509.pem import to_pem
from mailtrust.lab.oracles.question import Question

pytestmark = [pytest.mark.real_server, pytest.mark.may_be_left_out]

PROGRAMS = ("update-ca-certificates", "curl", "openssl", "gnutls-cli")
DEBIAN_JAVA = Path("/etc/ssl/certs/java/cacerts")


def accepting(root: ThrowawayRoot, question: Question) -> set[str]:
    """Who of them trusts the server, with no other store than the system's."""
    place = f"{question.name}:{question.port}"
    asked = {
        "curl": ("curl", "-sS", "-o", "/dev/null", f"https://{place}/"),
        "openssl": (
            "openssl", "s_client", "-brief", "-connect", place,
            "-verify_return_error", "-verify_hostname", question.name,
        ),
        "gnutls": ("gnutls-cli", "-p", str(question.port), question.name),
    }  # fmt: skip
    return {
        name
        for name, command in asked.items()
        if root.try_("sh", "-c", '"$@" </dev/null', "sh", *command).returncode == 0
    }


async def test_debian(tmp_path: Path) -> None:
    if missing := [one for one in PROGRAMS if shutil.which(one) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    company = Company()
    kit = written(tmp_path / "kit", linux, company.wish())
    away = written(tmp_path / "away", linux, company.wish(), remove=True)
    with throwaway_root(tmp_path) as root:
        async with served(tmp_path / "server", company.chain, company.leaf.key) as question:
            assert await asyncio.to_thread(accepting, root, question) == set()
            await asyncio.to_thread(root.run, "sh", kit / "install.sh")
            assert await asyncio.to_thread(accepting, root, question) == {"curl", "openssl", "gnutls"}
            assert in_java(root) or not java_is_debians()
            await asyncio.to_thread(root.run, "sh", away / "remove.sh")
            assert await asyncio.to_thread(accepting, root, question) == set()
            assert not in_java(root)
    assert untouched()


MODULE = """\
module: p11-kit-trust.so
priority: 1
trust-policy: yes
x-init-reserved: paths='{source}'
"""

TAKE_UP = """\
#!/bin/sh
exec trust extract --overwrite --format=pem-bundle --filter=ca-anchors --purpose=server-auth {bundle}
"""


@pytest.mark.parametrize(
    ("source", "tool"),
    [
        pytest.param("/etc/pki/ca-trust/source", "update-ca-trust", id="red-hat"),
        pytest.param("/etc/pki/trust", "update-ca-certificates", id="suse"),
        pytest.param("/etc/ca-certificates/trust-source", "update-ca-trust", id="arch"),
    ],
)
def test_where_p11_kit_makes_the_store(tmp_path: Path, source: str, tool: str) -> None:
    if shutil.which("trust") is None:
        pytest.skip("not installed: p11-kit")
    company = Company()
    bundle = tmp_path / "bundle.pem"
    (tmp_path / "module").write_text(MODULE.format(source=source), "ascii")
    (tmp_path / "tool").write_text(TAKE_UP.format(bundle=bundle), "ascii")
    (tmp_path / "leaf.pem").write_text(to_pem(company.leaf.certificate), "ascii")
    (tmp_path / "issuing.pem").write_text(to_pem(company.issuing.certificate), "ascii")
    verify = ("openssl", "verify", "-no-CApath", "-CAfile", bundle, "-untrusted", tmp_path / "issuing.pem")
    with throwaway_root(tmp_path) as root:
        root.run("mkdir", "-p", f"{source}/anchors")
        root.run("install", "-m", "644", tmp_path / "module", "/usr/share/p11-kit/modules/p11-kit-trust.module")
        root.run("install", "-m", "755", tmp_path / "tool", f"/usr/sbin/{tool}")
        assert root.try_(*verify, tmp_path / "leaf.pem").returncode != 0
        root.run("sh", written(tmp_path / "kit", linux, company.wish()) / "install.sh")
        assert root.try_(*verify, tmp_path / "leaf.pem").returncode == 0
        root.run("sh", written(tmp_path / "away", linux, company.wish(), remove=True) / "remove.sh")
        assert root.try_(*verify, tmp_path / "leaf.pem").returncode != 0
        # By hand: `trust anchor` calls what a distribution gives it under this name.
        root.run("install", "-D", "-m", "755", tmp_path / "tool", "/usr/libexec/p11-kit/trust-extract-compat")
        root.run("trust", "anchor", "--store", *(tmp_path / "kit").glob("*.crt"))
        assert root.try_(*verify, tmp_path / "leaf.pem").returncode == 0
        root.run("trust", "anchor", "--remove", *(tmp_path / "kit").glob("*.crt"))
        assert root.try_(*verify, tmp_path / "leaf.pem").returncode != 0


def in_java(root: ThrowawayRoot) -> bool:
    """Whether Debian's Java has it, which reads a store of its own."""
    listed = root.try_("keytool", "-list", "-keystore", DEBIAN_JAVA, "-storepass", "changeit").stdout
    return "example-mail-root" in listed.lower()


def java_is_debians() -> bool:
    return DEBIAN_JAVA.exists()


def untouched() -> bool:
    """Whether the system below the layer is as it was."""
    return not list(Path("/usr/local/share/ca-certificates").glob("Example-Mail*"))
