"""Thunderbird."""

from mailtrust.lab.oracles.engine import Engine
from mailtrust.lab.oracles.mozilla import MozillaOracle

ENGINE = Engine(
    id="thunderbird",
    title="Thunderbird",
    testifies_for=("thunderbird",),
    how="a request from the inside of a headless Thunderbird whose profile holds the anchors",
    packages=("thunderbird", "libnss3-tools"),
    make=lambda folder, _parts: MozillaOracle("thunderbird", "Thunderbird", folder),
)
