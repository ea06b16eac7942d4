"""Node's TLS: OpenSSL inside, its own name check."""

from collections.abc import Sequence
from pathlib import Path

from mailtrust.lab.oracles.engine import Engine, told_version
from mailtrust.lab.oracles.java import write_probe
from mailtrust.lab.oracles.question import Answer, Question
from mailtrust.lab.oracles.running import LineProgram, run

PROBE = "probe.js"


class NodeOracle:
    """One running Node that answers question after question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._program = LineProgram("Node")

    async def version(self) -> str:
        """What `node --version` says."""
        _, output = await run(("node", "--version"))
        return told_version(output, "Node")

    async def start(self, questions: Sequence[Question]) -> None:  # noqa: ARG002 (roots come with each question)
        """Start it."""
        # Without NODE_EXTRA_CA_CERTS, which some machines set: only the question's roots count.
        empty = {"NODE_EXTRA_CA_CERTS": "", "NODE_OPTIONS": ""}
        await self._program.start("node", write_probe(self._folder, PROBE), more_environment=empty)

    async def ask(self, question: Question) -> Answer:
        """What tls.connect says."""
        return await self._program.ask(question)

    async def stop(self) -> None:
        """End it."""
        await self._program.stop()


ENGINE = Engine(
    id="node",
    title="Node",
    testifies_for=(),
    how="tls.connect with the anchors as `ca`",
    packages=("nodejs",),
    make=lambda folder, _parts: NodeOracle(folder),
)
