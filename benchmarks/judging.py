"""What judging costs: milliseconds of CPU, one thread, printed and never asserted.

Usage: python benchmarks/judging.py [RUNS]
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from mailtrust.core.formats.verify_request import VerifyRequest
from mailtrust.core.issuance.authority import issue, make_intermediate, make_root
from mailtrust.core.issuance.keys import make_key
from mailtrust.core.issuance.recipe import intermediate_recipe, root_recipe, server_recipe
from mailtrust.core.model.anchors import AnchorStore
from mailtrust.core.model.certificate import Certificate
from mailtrust.core.x509 import algorithms, der, names, parse, signatures
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.verify import answer_line, verify

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)
HOST = "mail.example.com"


class Chains:
    """As many server certificates as runs, below one intermediate and one root."""

    def __init__(self, kind: str, count: int) -> None:
        key = make_key(kind)  # type: ignore[arg-type]
        root = make_root(
            root_recipe("Root", "Bench"), key, serial=1, not_before=NOW - 1000 * DAY, not_after=NOW + 1000 * DAY
        )
        key = make_key(kind)  # type: ignore[arg-type]
        issuing = make_intermediate(
            root,
            intermediate_recipe("Issuing CA", "Bench"),
            key,
            serial=2,
            not_before=NOW - 500 * DAY,
            not_after=NOW + 500 * DAY,
        )
        own = make_key(kind)  # type: ignore[arg-type]
        self.root, self.issuing = root.certificate.der, issuing.certificate.der
        self.leaves = [
            issue(
                issuing,
                server_recipe(HOST, "autodiscover.example.com"),
                own,
                serial=100 + number,
                not_before=NOW - 10 * DAY,
                not_after=NOW + 80 * DAY,
            ).certificate.der
            for number in range(count)
        ]

    def request(self, number: int) -> VerifyRequest:
        """The request for one of the leaves, from octets."""
        return VerifyRequest(
            chain=(read_certificate(self.leaves[number]), read_certificate(self.issuing)),
            roots=(_readable(self.root),),
            names=(HOST,),
            at=NOW,
        )

    def line(self, number: int) -> bytes:
        """The same as a line for one client."""
        request = {
            "id": number,
            "chain": [to_pem(self.leaves[number]), to_pem(self.issuing)],
            "roots": to_pem(self.root),
            "name": HOST,
            "client": "openssl",
            "at": "2026-11-01T00:00:00Z",
        }
        return json.dumps(request).encode()


def forget() -> None:
    """Empty every cache: nothing was ever seen before."""
    for cached in (parse._remembered, names._remembered, algorithms._remembered, der.oid):  # noqa: SLF001
        cached.cache_clear()
    signatures._remembered.clear()  # noqa: SLF001


def timed(work: Callable[[int], object], runs: Iterable[int], before: Callable[[], object] | None = None) -> str:
    """Median, fastest and slowest tenth of CPU milliseconds."""
    figures = []
    for number in runs:
        if before is not None:
            before()
        started = time.process_time()
        work(number)
        figures.append((time.process_time() - started) * 1000)
    figures.sort()
    tenth = len(figures) // 10
    return f"{statistics.median(figures):6.3f} ms median ({figures[tenth]:.3f} to {figures[-1 - tenth]:.3f})"


def no_store(name: str) -> AnchorStore:
    """Every request brings its own anchors."""
    raise LookupError(name)


def _readable(octets: bytes) -> Certificate:
    certificate = read_certificate(octets)
    if not isinstance(certificate, Certificate):
        raise TypeError
    return certificate


def main() -> None:
    """Measure lines and chains, with RSA and with elliptic curves."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs, {runs} runs each, CPU time of one thread")
    for kind in ("rsa-2048", "ec-p256"):
        chains = Chains(kind, runs)

        def line(number: int, chains: Chains = chains) -> object:
            return answer_line(chains.line(number), store_named=no_store, now=NOW, translate=str)

        def judge(number: int, chains: Chains = chains) -> object:
            return verify(chains.request(number), store_named=no_store, now=NOW)

        every = range(runs)
        print(f"{kind}:")
        print(f"  a line, one client, new leaf      {timed(line, every)}; aim 1 ms")
        print(f"  every client, nothing seen before {timed(judge, every, forget)}; aim 2 ms")
        forget()
        judge(0)
        print(f"  every client, issuers seen before {timed(judge, range(1, runs))}; aim 0.3 ms")
        print(f"  every client, all seen before     {timed(judge, [0] * runs)}")


if __name__ == "__main__":
    main()
