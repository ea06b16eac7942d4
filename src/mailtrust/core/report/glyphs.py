"""The few drawn signs of a terminal report, each with a twin for terminals that know ASCII alone."""

# ruff: noqa: RUF001 - signs that look alike are what this file is about
from mailtrust.core.model.frozen import frozen


@frozen
class Glyphs:
    """One set of signs. None of them says anything that the words beside it do not say as well."""

    spine: str
    gap_spine: str
    gap_rule: str
    rule: str
    branch: str
    last_branch: str
    guide: str
    presented: str
    missing: str
    anchor: str
    idle: str
    accepted: str
    warned: str
    refused: str
    unknown: str
    note: str
    not_asked: str
    to: str
    dot: str
    prompt: str


UNICODE = Glyphs(
    spine="│", gap_spine="┊", gap_rule="╌", rule="─", branch="├─ ", last_branch="└─ ", guide="│  ",
    presented="●", missing="○", anchor="◆", idle="◇",
    accepted="✓", warned="!", refused="✗", unknown="?", note="i", not_asked="–", to="→", dot="·", prompt="$",
)  # fmt: skip

ASCII = Glyphs(
    spine="|", gap_spine=":", gap_rule="-", rule="-", branch="|- ", last_branch="`- ", guide="|  ",
    presented="*", missing="o", anchor="#", idle="+",
    accepted="v", warned="!", refused="x", unknown="?", note="i", not_asked="-", to="to", dot=";", prompt="$",
)  # fmt: skip

TO_ASCII = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "…": "...", "–": "-", "—": "-", "→": "->",
     "·": ";", "×": "x", "✓": "v", "✗": "x"}
)  # fmt: skip
"""Typographic signs in sentences and clients' words; letters of other alphabets are left as they are."""
