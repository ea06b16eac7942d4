"""Each Java that is installed here: keytool by the kit's script on a copy of its cacerts, and TLS with the outcome."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.rollout.serving import Company, served, written

from mailtrust.core.rollout import java

pytestmark = pytest.mark.real_server

JAVAS = sorted({
    home.resolve() for home in Path("/usr/lib/jvm").glob("*") if (home / "bin" / "keytool").exists()
})  # fmt: skip

CLIENT = """
import java.io.File;
import java.security.KeyStore;
import javax.net.ssl.*;

public final class TrustProbe {
    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        for (int at = 1; at < arguments.length; at++) {
            KeyStore store = KeyStore.getInstance(new File(arguments[at]), "changeit".toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
            trust.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("localhost", port)) {
                socket.startHandshake();
                System.out.println("accepted");
            } catch (SSLException refused) {
                System.out.println("refused");
            }
        }
    }
}
"""
"""Goes to the server with each store in turn."""


@pytest.mark.parametrize(
    "home",
    [pytest.param(home, id=home.name, marks=[pytest.mark.long] if number else []) for number, home in enumerate(JAVAS)],
)
async def test_keytool(home: Path, tmp_path: Path) -> None:
    company = Company()
    kit = written(tmp_path / "kit", java, company.wish())
    away = written(tmp_path / "away", java, company.wish(), remove=True)
    copy = a_copy(home, tmp_path / "java")
    stores = [kept(copy, tmp_path / "before")]
    said = run("sh", kit / "install.sh", copy)
    assert "is there now" in said
    stores.append(kept(copy, tmp_path / "after"))
    assert "is there already" in run("sh", kit / "install.sh", copy)
    assert "is not there any more" in run("sh", away / "remove.sh", copy)
    stores.append(kept(copy, tmp_path / "removed"))
    stores += [kit / java.PKCS12, kit / java.JKS]
    async with served(tmp_path / "server", company.chain, company.leaf.key) as question:
        answers = await asyncio.to_thread(ask, home, tmp_path / "TrustProbe.java", question.port, stores)
    assert answers == ["refused", "accepted", "refused", "accepted", "accepted"]


def test_somebody_elses_entry_of_that_name_is_left(tmp_path: Path) -> None:
    if not JAVAS:
        pytest.skip("not installed: openjdk-17-jre-headless")
    ours, theirs = Company(), Company()
    copy = a_copy(JAVAS[0], tmp_path / "java")
    root = written(tmp_path / "theirs", java, theirs.wish())
    alias = next(one.path for one in java.install(ours.wish()).files if one.path.endswith(".pem"))[:-4].lower()
    run(copy / "bin" / "keytool", "-importcert", "-noprompt", "-alias", alias, "-keystore",
        copy / "lib" / "security" / "cacerts", "-storepass", "changeit", "-file", *root.glob("*.pem"))  # fmt: skip
    assert "is not there" in run("sh", written(tmp_path / "away", java, ours.wish(), remove=True) / "remove.sh", copy)


def test_what_the_system_makes_is_left_to_it(tmp_path: Path) -> None:
    if not Path("/etc/ssl/certs/java/cacerts").exists():
        pytest.skip("not installed: ca-certificates-java")
    said = run("sh", written(tmp_path / "kit", java, Company().wish()) / "install.sh", *JAVAS)
    assert "mailtrust trust linux" in said
    assert "is there now" not in said


def a_copy(home: Path, made: Path) -> Path:
    """A Java's folder with its own keytool and a cacerts that nobody else uses."""
    (made / "lib" / "security").mkdir(parents=True)
    (made / "bin").mkdir()
    (made / "bin" / "keytool").symlink_to(home / "bin" / "keytool")
    shutil.copyfile(home / "lib" / "security" / "cacerts", made / "lib" / "security" / "cacerts")
    return made


def kept(copy: Path, place: Path) -> Path:
    shutil.copyfile(copy / "lib" / "security" / "cacerts", place)
    return place


def run(*command: str | Path) -> str:
    done = subprocess.run([*map(str, command)], check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(home: Path, probe: Path, port: int, stores: list[Path]) -> list[str]:
    probe.write_text(CLIENT, "ascii")
    return run(home / "bin" / "java", "-XX:TieredStopAtLevel=1", probe, str(port), *stores).split()
