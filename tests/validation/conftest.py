"""A small PKI on demand: roots, intermediates and leaves with any fault, and clients that look at them."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from mailtrust.core.issuance.authority import (
    Authority,
    Issued,
    cross_sign,
    issue,
    make_intermediate,
    make_root,
    self_signed,
)
from mailtrust.core.issuance.keys import KeyKind, make_key
from mailtrust.core.issuance.recipe import Recipe, intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore, TrustAnchor
from mailtrust.core.model.certificate import AnyCertificate, Certificate
from mailtrust.core.model.client import (
    ClientProfile,
    Limits,
    NameRules,
    OnFailure,
    PathCheck,
    PathSearch,
    SearchProblem,
)
from mailtrust.core.model.endpoint import Endpoint, Offer, Protocol, TlsMode
from mailtrust.core.model.observation import Handshake, Observation
from mailtrust.core.model.pool import Pool, PoolEntry, Source
from mailtrust.core.model.verdict import Basis, Outcome
from mailtrust.core.validation.engines import CHECKS_RFC5280
from mailtrust.core.validation.names import names_rfc9525
from mailtrust.core.validation.search import search_all_paths
from mailtrust.core.x509.pem import to_pem
from mailtrust.core.x509.private_key import PrivateKey

HOST = "mail.example.test"
NOW = datetime(2026, 6, 1, 12, 0, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@cache
def key(name: str, kind: KeyKind = "ec-p256") -> PrivateKey:
    """The same key for the same name, within one run."""
    assert name
    return make_key(kind)


class Pki:
    """Makes certificates and everything around them. Every default is good; each argument can spoil it."""

    now = NOW
    host = HOST

    def __init__(self) -> None:
        self._serial = 1000

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def key(self, name: str, kind: KeyKind = "ec-p256") -> PrivateKey:
        return key(name, kind)

    def root(
        self,
        name: str = "Test Root",
        *,
        key_name: str | None = None,
        kind: KeyKind = "ec-p256",
        days: tuple[int, int] = (-1000, 3000),
        **recipe: object,
    ) -> Authority:
        return make_root(
            replace(root_recipe(name, "Test"), **recipe),  # type: ignore[arg-type]
            key(key_name or name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def intermediate(
        self,
        issuer: Issued,
        name: str = "Test Issuing CA",
        *,
        key_name: str | None = None,
        kind: KeyKind = "ec-p256",
        days: tuple[int, int] = (-500, 1000),
        path_length: int | None = None,
        **recipe: object,
    ) -> Authority:
        return make_intermediate(
            issuer,
            replace(intermediate_recipe(name, "Test", path_length=path_length), **recipe),  # type: ignore[arg-type]
            key(key_name or name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def cross(
        self, issuer: Issued, subject: Authority, *, days: tuple[int, int] = (-500, 1000), **recipe: object
    ) -> Authority:
        """A second certificate for the name and key of `subject`, by another issuer."""
        return cross_sign(
            issuer,
            subject,
            replace(intermediate_recipe("unused", path_length=None), **recipe),  # type: ignore[arg-type]
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        )

    def leaf(
        self,
        issuer: Issued,
        *names: str,
        key_name: str = "leaf",
        kind: KeyKind = "ec-p256",
        days: tuple[float, float] = (-30, 60),
        signing_key: PrivateKey | None = None,
        **recipe: object,
    ) -> Certificate:
        return issue(
            issuer,
            self.server_recipe(*names, **recipe),
            key(key_name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
            signing_key=signing_key,
        ).certificate

    def alone(
        self,
        *names: str,
        key_name: str = "alone",
        kind: KeyKind = "ec-p256",
        days: tuple[float, float] = (-30, 60),
        **recipe: object,
    ) -> Certificate:
        """A self-signed server certificate."""
        return self_signed(
            self.server_recipe(*names, **recipe),
            key(key_name, kind),
            serial=self.serial(),
            not_before=NOW + days[0] * DAY,
            not_after=NOW + days[1] * DAY,
        ).certificate

    def server_recipe(self, *names: str, **recipe: object) -> Recipe:
        return replace(server_recipe(*(names or (HOST,))), **recipe)  # type: ignore[arg-type]

    def store(self, *anchors: Issued | Certificate | TrustAnchor, local: bool = False) -> AnchorStore:
        trusted = tuple(self.anchor(one, local=local) for one in anchors)
        return AnchorStore("test", NOW, "made by the test", "0" * 64, trusted)

    def anchor(self, one: Issued | Certificate | TrustAnchor, *, local: bool = False) -> TrustAnchor:
        if isinstance(one, TrustAnchor):
            return one
        return TrustAnchor(one if isinstance(one, Certificate) else one.certificate, locally_added=local)

    def chain(self, *certificates: Issued | AnyCertificate) -> tuple[AnyCertificate, ...]:
        return tuple(one.certificate if isinstance(one, Issued) else one for one in certificates)

    def pool(self, *certificates: Issued | Certificate, source: Source = Source.AIA) -> Pool:
        return Pool.merge(
            PoolEntry(one.certificate if isinstance(one, Issued) else one, frozenset({source})) for one in certificates
        )

    def problem(
        self,
        presented: Iterable[Issued | AnyCertificate],
        store: AnchorStore,
        *,
        checks: tuple[PathCheck, ...] = CHECKS_RFC5280,
        more: Pool = Pool(),  # noqa: B008 - frozen
        at: datetime = NOW,
        limits: Limits = Limits(),  # noqa: B008 - frozen
    ) -> SearchProblem:
        chain = self.chain(*presented)
        here = [PoolEntry(one, frozenset({Source.PRESENTED})) for one in chain if isinstance(one, Certificate)]
        return SearchProblem(chain, Pool.merge([*here, *more]), store, at, limits, checks)

    def client(
        self,
        *,
        search: PathSearch = search_all_paths,
        checks: tuple[PathCheck, ...] = CHECKS_RFC5280,
        name_rules: NameRules = names_rfc9525,
        on_failure: OnFailure = OnFailure(Outcome.REFUSED),  # noqa: B008 - frozen
        sources: frozenset[Source] = frozenset({Source.PRESENTED}),
        **more: object,
    ) -> ClientProfile:
        profile = ClientProfile(
            id="test",
            title="Test",
            versions="",
            speaks=frozenset({Protocol.IMAP}),
            anchor_store="test",
            issuer_sources=sources,
            path_search=search,
            path_checks=checks,
            name_rules=name_rules,
            handshake_checks=(),
            on_failure=on_failure,
            words=(),
            citations=(),
            basis=Basis.SOURCE,
        )
        return replace(profile, **more)  # type: ignore[arg-type]

    def handshake(self, *chain: Issued | AnyCertificate, **changes: object) -> Handshake:
        good = Handshake("TLSv1.3", "TLS_AES_256_GCM_SHA384", self.chain(*chain), None, key_proven=True, completed=True)
        return replace(good, **changes)  # type: ignore[arg-type]

    def observation(self, *chain: Issued | AnyCertificate, host: str = HOST, **changes: object) -> Observation:
        endpoint = Endpoint(host, 993, Protocol.IMAP, TlsMode.IMPLICIT, "192.0.2.1", host, "given")
        return Observation(endpoint, Offer.DEFAULT, NOW, self.handshake(*chain, **changes))


@pytest.fixture(scope="session")
def pki() -> Pki:
    return Pki()


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
