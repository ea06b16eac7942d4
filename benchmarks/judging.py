"""What judging costs: milliseconds of CPU, one thread, printed and never asserted.

A new leaf has a key and names of its own; what its issuer writes into every certificate (its own name, most extensions)
is like that of the others. The check of its signature is printed for itself: no program can do without it.

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
from mailtrust.core.model.certificate import Certificate, PublicKey
from mailtrust.core.x509 import signatures
from mailtrust.core.x509.parse import read_certificate
from mailtrust.core.x509.pem import to_pem
from mailtrust.flows.verify import _store_of, answer_line, verify

NOW = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def host(number: int) -> str:
    """The name of the server with this certificate."""
    return f"mail{number}.example.com"


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
        self.root, self.issuing = root.certificate.der, issuing.certificate.der
        self.leaves = [
            issue(
                issuing,
                server_recipe(host(number), f"autodiscover.{host(number)}"),
                make_key("ec-p256"),
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
            names=(host(number),),
            at=NOW,
        )

    def line(self, number: int) -> bytes:
        """The same as a line for one client."""
        request = {
            "id": number,
            "chain": [to_pem(self.leaves[number]), to_pem(self.issuing)],
            "roots": to_pem(self.root),
            "name": host(number),
            "client": "openssl",
            "at": "2026-11-01T00:00:00Z",
        }
        return json.dumps(request).encode()


def forget() -> None:
    """Empty every cache: nothing was ever seen before."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("mailtrust.core.x509.", "mailtrust.core.validation.")):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
    signatures._remembered.clear()  # noqa: SLF001
    _store_of.cache_clear()  # with the store of the request goes what is remembered below it


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


def calls(work: Callable[[int], object], runs: Iterable[int]) -> str:
    """How many functions written in Python one run calls: a figure that no busy machine changes."""
    counted = [0]

    def count(_frame: object, event: str, _argument: object) -> None:
        counted[0] += event == "call"

    numbers = list(runs)
    sys.setprofile(count)
    for number in numbers:
        work(number)
    sys.setprofile(None)
    return f"{counted[0] / len(numbers):6.0f} calls of Python functions"


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

        issuer = _readable(chains.issuing).public_key
        leaves = [_readable(leaf) for leaf in chains.leaves]

        def read(number: int, chains: Chains = chains) -> object:
            return read_certificate(chains.leaves[number])

        def check_signature(number: int, leaves: list[Certificate] = leaves, issuer: PublicKey = issuer) -> object:
            return signatures._verify(leaves[number], issuer)  # noqa: SLF001

        forget()
        every = range(runs)
        print(f"{kind}:")
        print(f"  a line, one client, new leaf      {timed(line, every)}; aim 1 ms")
        print(f"  every client, nothing seen before {timed(judge, every, forget)}; aim 2 ms")
        forget()
        judge(0)
        print(f"  every client, issuers seen before {timed(judge, range(1, runs))}; aim 0.3 ms")
        print(f"    of it the leaf's signature      {timed(check_signature, range(1, runs))}")
        forget()
        read(0)
        print(f"    of it reading the leaf          {timed(read, range(1, runs))}")
        forget()
        judge(0)
        print(f"    it takes                        {calls(judge, range(1, runs))}")
        print(f"  every client, all seen before     {timed(judge, [0] * runs)}")


if __name__ == "__main__":
    main()
