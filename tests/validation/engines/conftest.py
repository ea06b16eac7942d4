"""The engines themselves, asked without a server, and what they say beside what the strategies say."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.model.certificate import Certificate
from mailtrust.core.model.client import ClientProfile, Limits
from mailtrust.core.model.pool import Pool
from mailtrust.core.validation.checks import leaf_key_usage
from mailtrust.core.validation.engines import CHECKS_GNUTLS, CHECKS_JAVA, CHECKS_OPENSSL
from mailtrust.core.validation.evaluate import evaluate_chain
from mailtrust.core.validation.names.gnutls import names_gnutls
from mailtrust.core.validation.names.java import names_java_https
from mailtrust.core.validation.names.openssl import names_openssl
from mailtrust.core.validation.reasons import is_error
from mailtrust.core.validation.search.first_issuer import search_first_issuer
from mailtrust.core.validation.search.gnutls import search_gnutls
from mailtrust.core.validation.search.java import search_java
from mailtrust.core.x509.pem import to_pem


class OpenSsl:
    """`openssl verify` at security level 2 for a TLS server, by name, at any moment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def accepts(
        self, chain: Sequence[Certificate], anchors: Sequence[Certificate], host: str, at: datetime
    ) -> tuple[bool, str]:
        files = {"leaf": chain[:1], "sent": chain, "roots": anchors}
        for name, certificates in files.items():
            (self._folder / f"{name}.pem").write_text("".join(map(to_pem, certificates)))
        name = ["-verify_ip", host] if _is_address(host) else ["-verify_hostname", host]
        run = subprocess.run(
            ["openssl", "verify", "-purpose", "sslserver", "-auth_level", "2", "-attime", str(int(at.timestamp())),
             "-no-CApath", "-no-CAstore", "-CAfile", "roots.pem", "-untrusted", "sent.pem", *name, "leaf.pem"],
            cwd=self._folder, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
        return run.returncode == 0, run.stdout + run.stderr


class _TypedData(ctypes.Structure):
    """gnutls_typed_vdata_st"""

    _fields_ = (("type", ctypes.c_int), ("data", ctypes.c_char_p), ("size", ctypes.c_uint))


class GnuTls:
    """libgnutls with its own clock hook, judging a list as a TLS client of the default priority does."""

    _HOSTNAME, _PURPOSE = 1, 2
    _PROFILE_LOW = 2 << 24
    _WORDS = (
        (1 << 6, "issuer unknown"),
        (1 << 7, "issuer is no CA"),
        (1 << 8, "insecure algorithm"),
        (1 << 9, "not activated"),
        (1 << 10, "expired"),
        (1 << 11, "signature failure"),
        (1 << 14, "unexpected owner"),
        (1 << 16, "constraints failure"),
        (1 << 18, "purpose mismatch"),
        (1 << 21, "unknown critical extension"),
    )

    def __init__(self) -> None:
        self._library = ctypes.CDLL("libgnutls.so.30")
        self._at = 0
        hook = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p)
        self._clock = hook(lambda _: self._at)
        self._library.gnutls_global_set_time_function(self._clock)

    def accepts(
        self, chain: Sequence[Certificate], anchors: Sequence[Certificate], host: str, at: datetime
    ) -> tuple[bool, str]:
        self._at = int(at.timestamp())
        call = self._library
        sent = self._imported(chain)
        if sent is None:
            return False, "a certificate can't be imported"
        store = ctypes.c_void_p()
        assert call.gnutls_x509_trust_list_init(ctypes.byref(store), 0) == 0
        status = ctypes.c_uint()
        data = (_TypedData * 2)(
            _TypedData(self._HOSTNAME, host.encode(), 0), _TypedData(self._PURPOSE, b"1.3.6.1.5.5.7.3.1", 0)
        )
        try:
            trusted = self._imported(anchors)
            assert call.gnutls_x509_trust_list_add_cas(store, trusted, len(anchors), 0) == len(anchors)
            answer = call.gnutls_x509_trust_list_verify_crt2(
                store, sent, len(chain), data, 2, self._PROFILE_LOW, ctypes.byref(status), None
            )
            words = ", ".join(word for bit, word in self._WORDS if status.value & bit)
            return answer == 0 and status.value == 0, f"{answer} {status.value:#x} {words}"
        finally:
            call.gnutls_x509_trust_list_deinit(store, 1)
            for certificate in sent:
                call.gnutls_x509_crt_deinit(ctypes.c_void_p(certificate))

    def _imported(self, certificates: Sequence[Certificate]) -> Any:
        handles = (ctypes.c_void_p * len(certificates))()
        for index, certificate in enumerate(certificates):
            handle = ctypes.c_void_p()
            assert self._library.gnutls_x509_crt_init(ctypes.byref(handle)) == 0
            datum = _Datum(certificate.der, len(certificate.der))
            if self._library.gnutls_x509_crt_import(handle, ctypes.byref(datum), 0) != 0:
                return None
            handles[index] = handle
        return handles


class _Datum(ctypes.Structure):
    """gnutls_datum_t"""

    _fields_ = (("data", ctypes.c_char_p), ("size", ctypes.c_uint))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class Java:
    """OpenJDK's PKIX trust manager at any moment, and its name check in the HTTPS manner; one JVM for all."""

    _INNER = "java.base/sun.security.util=ALL-UNNAMED"

    def __init__(self) -> None:
        # Run from source: a runtime environment has the compiler's module, though not its command.
        source = Path(__file__).with_name("PkixOracle.java")
        self.process = subprocess.Popen(
            ["java", "-XX:TieredStopAtLevel=1", "--add-exports", self._INNER, source],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def accepts(
        self, chain: Sequence[Certificate], anchors: Sequence[Certificate], host: str, at: datetime
    ) -> tuple[bool, str]:
        lists = (",".join(b64encode(one.der).decode() for one in some) for some in (anchors, chain))
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(int(at.timestamp() * 1000), host, *lists, sep="\t", file=self.process.stdin, flush=True)
        line = self.process.stdout.readline().rstrip("\n")
        assert line, "the JVM has ended"
        return line == "accepted", line


@pytest.fixture(scope="session")
def openssl(tmp_path_factory: pytest.TempPathFactory) -> OpenSsl:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt install openssl")
    return OpenSsl(tmp_path_factory.mktemp("openssl"))


@pytest.fixture(scope="session")
def gnutls() -> GnuTls:
    try:
        return GnuTls()
    except OSError:
        pytest.skip("libgnutls.so.30 is not installed: apt install libgnutls30")


@pytest.fixture(scope="session")
def java() -> Iterator[Java]:
    if shutil.which("java") is None:
        pytest.skip("java is not installed: apt install openjdk-17-jre-headless")
    machine = Java()
    yield machine
    machine.process.communicate(timeout=30)


Judge = Callable[[str, Any], tuple[bool, tuple[str, ...]]]


@pytest.fixture(scope="session")
def judge(pki: Any) -> Judge:
    """What the strategies of an engine say about a case: whether it is accepted, and the codes of all errors."""
    plain = pki.client()
    java = replace(plain, path_search=search_java, path_checks=CHECKS_JAVA, name_rules=names_java_https)
    clients: dict[str, ClientProfile] = {
        "openssl": replace(
            plain,
            path_search=search_first_issuer,
            path_checks=CHECKS_OPENSSL,
            name_rules=names_openssl,
            limits=Limits(max_certificates=100),  # X509_VERIFY_PARAM_set_depth's default
        ),
        "gnutls": replace(plain, path_search=search_gnutls, path_checks=CHECKS_GNUTLS, name_rules=names_gnutls),
        # JSSE looks at the leaf's keyUsage with the path: not where the leaf itself is trusted
        "java": replace(java, path_checks=(*CHECKS_JAVA, leaf_key_usage(frozenset({"digitalSignature"})))),
    }

    def judged(engine: str, case: Any) -> tuple[bool, tuple[str, ...]]:
        found = evaluate_chain(
            case.sent,
            pool=Pool(),
            store=pki.store(*case.anchors, local=True),
            client=clients[engine],
            at=case.at,
            names=(case.host,),
        )
        errors = tuple(reason.code for reason in found.reasons if is_error(reason))
        return not errors, errors

    return judged


@pytest.fixture(scope="session")
def agree(judge: Judge, request: pytest.FixtureRequest) -> Callable[[str, Any], None]:
    """Assert that engine and strategies say the same about a case."""

    def same(engine: str, case: Any) -> None:
        real, words = request.getfixturevalue(engine).accepts(case.sent, case.anchors, case.host, case.at)
        ours, codes = judge(engine, case)
        assert ours == real, f"{engine}: {words}; simulated: {codes}"

    return same
