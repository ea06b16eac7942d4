"""What `mailtrust bundle` writes is given to the programs that it is written for."""

import os
import shutil
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.x509.bundles import HOLDS_KEY
from mailtrust.core.x509.containers import Form, read_container

Run = Callable[..., Any]


@pytest.fixture
def program() -> Callable[[str, str], str]:
    """Where a program is; without it the test is left out with the reason, and fails where nothing may be."""

    def find(name: str, package: str) -> str:
        path = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin:/usr/lib/postfix/sbin")
        if path is None:
            reason = f"{name} is not installed: apt install {package}"
            pytest.skip(reason)
        return path

    return find


@pytest.mark.real_server
class TestReadInEarnest:
    """Read as it stands, and refused where it would not do."""

    @pytest.fixture
    def written(self, run: Run, incomplete: Any, key: Path, tmp_path: Path) -> Callable[..., Path]:
        def write(form: str, *given: str | Path) -> Path:
            path = tmp_path / f"mail.{form}"
            assert run("bundle", *incomplete.given, "--for", form, "-o", path, *given).status == 0
            return path

        return write

    def accepts(self, *command: str | Path, **given: Any) -> str:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **given)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def test_nginx(self, program: Any, written: Any, key: Path, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        conf = tmp_path / "nginx.conf"
        conf.write_text(
            f"pid {tmp_path}/nginx.pid; error_log stderr; events {{}} http {{ access_log off; server {{ "
            f"listen 127.0.0.1:{port} ssl; ssl_certificate {written('nginx')}; ssl_certificate_key {key}; }} }}"
        )
        self.accepts(program("nginx", "nginx"), "-t", "-p", tmp_path, "-c", conf)

    def test_haproxy(self, program: Any, written: Any, key: Path, tmp_path: Path) -> None:
        conf = tmp_path / "haproxy.cfg"
        conf.write_text(f"frontend f\n  mode tcp\n  timeout client 1s\n  bind 127.0.0.1:1 ssl crt "
                        f"{written('haproxy', '--key', key)}\n")  # fmt: skip
        self.accepts(program("haproxy", "haproxy"), "-c", "-f", conf)

    def test_postfix(self, program: Any, written: Any, key: Path, chain: list[str], tmp_path: Path) -> None:
        # smtpd_tls_chain_files is read by the daemon alone; posttls-finger's client side reads the same form.
        finger = program("posttls-finger", "postfix")
        served = written("postfix", "--key", key)
        conf = tmp_path / "conf"
        conf.mkdir()
        (conf / "main.cf").write_text(f"compatibility_level = 3.6\nqueue_directory = {tmp_path}\n")
        said = subprocess.run(
            [finger, "-c", "-K", str(served), "-t", "1", "[127.0.0.1]:1"],
            env={**os.environ, "MAIL_CONFIG": str(conf)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "onnection refused" in said.stdout + said.stderr, said
        for complaint in ("error loading", "cannot load", "key/cert mismatch"):
            assert complaint not in said.stdout + said.stderr

    def test_dovecot(self, program: Any, written: Any, key: Path, chain: list[str], tmp_path: Path) -> None:
        conf = tmp_path / "dovecot.conf"
        conf.write_text(f"ssl = yes\nssl_cert = <{written('dovecot')}\nssl_key = <{key}\n")
        # -x puts the files in, as the daemons read them.
        shown = self.accepts(program("doveconf", "dovecot-core"), "-x", "-c", conf, "ssl_cert")
        read = read_container(shown.removeprefix("ssl_cert = ").encode(), "shown").certificates
        assert [one.fingerprint for one in read] == chain

    @pytest.mark.parametrize("form", ["pfx", "exchange"])
    def test_openssl_reads_a_pfx(self, program: Any, written: Any, key: Path, secret: Path, form: str) -> None:
        pfx = written(form, "--key", key, "--password-file", secret)
        shown = self.accepts(
            program("openssl", "openssl"), "pkcs12", "-in", pfx, "-passin", "pass:geheim", "-noenc", "-info"
        )
        assert shown.count("BEGIN CERTIFICATE") == 2
        assert shown.count("BEGIN PRIVATE KEY") == 1

    def test_openssl_reads_a_pkcs7(self, program: Any, written: Any) -> None:
        p7b = written("exchange")
        assert read_container(p7b.read_bytes(), "p7b").form is Form.PKCS7
        shown = self.accepts(
            program("openssl", "openssl"), "pkcs7", "-inform", "DER", "-in", p7b, "-print_certs", "-noout"
        )
        assert shown.count("subject=") == 2

    @pytest.mark.parametrize("form", ["pem", "apache", "exim", "kemp"])
    def test_openssl_serves_what_it_reads(self, program: Any, written: Any, key: Path, form: str) -> None:
        path = written(form, *(("--key", key) if form in HOLDS_KEY else ()))
        keyed = path if form in HOLDS_KEY else key
        command = ("s_server", "-cert", path, "-key", keyed, "-cert_chain", path, "-accept", "0")
        with subprocess.Popen(
            [program("openssl", "openssl"), *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as server:
            assert server.stdout is not None
            line = server.stdout.readline() + server.stdout.readline()
            server.terminate()
        assert b"ACCEPT" in line, line
