"""Firefox ESR."""

from mailtrust.lab.oracles.engine import Engine
from mailtrust.lab.oracles.mozilla import MozillaOracle

ENGINE = Engine(
    id="firefox",
    title="Firefox ESR",
    testifies_for=("firefox",),
    how="a request from the inside of a headless Firefox whose profile holds the anchors",
    packages=("firefox-esr", "libnss3-tools"),
    make=lambda folder, _parts: MozillaOracle("firefox-esr", "Firefox", folder),
)
