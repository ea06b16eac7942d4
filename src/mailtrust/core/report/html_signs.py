"""Signs that are told apart by their shape: no colour is needed to read them."""

from collections.abc import Mapping

from mailtrust.core.model.verdict import Outcome
from mailtrust.core.report.html_tree import Element, e

_TONES: Mapping[Outcome, str] = {
    Outcome.ACCEPTED: "ok",
    Outcome.WARNED: "warn",
    Outcome.REFUSED: "bad",
    Outcome.UNKNOWN: "note",
}


def tone(outcome: Outcome) -> str:
    """The last part of the style classes for an outcome."""
    return _TONES[outcome]


def outcome_sign(outcome: Outcome, x: float, y: float) -> Element:
    """A disc with a tick, a triangle with a bar, a square with a cross, an open ring; 18 units wide, around x, y."""
    match outcome:
        case Outcome.ACCEPTED:
            shape = e("circle", cx=x, cy=y, r=9.0, class_="full is-ok")
            mark = e("path", d=f"M{x - 4:g} {y + 0.5:g} l3 3.2 l5.2 -6.6", class_="sign")
        case Outcome.WARNED:
            shape = e("path", d=f"M{x:g} {y - 9:g} l10 17 h-20 z", class_="full is-warn")
            mark = e("path", d=f"M{x:g} {y - 3:g} v5 m0 3.4 v.2", class_="sign")
        case Outcome.REFUSED:
            shape = e("rect", x=x - 9, y=y - 9, width=18.0, height=18.0, rx=3.0, class_="full is-bad")
            mark = e("path", d=f"M{x - 4:g} {y - 4:g} l8 8 m0 -8 l-8 8", class_="sign")
        case Outcome.UNKNOWN:
            shape = e("circle", cx=x, cy=y, r=8.0, class_="open is-note")
            mark = e("path", d=f"M{x - 3:g} {y:g} h6", class_="sign in-note")
    return e("g", shape, mark)


def presented_sign(x: float, y: float) -> Element:
    """A certificate that was sent."""
    return outcome_sign(Outcome.ACCEPTED, x, y)


def missing_sign(x: float, y: float) -> Element:
    """A place where something is missing."""
    mark = e("path", d=f"M{x - 4:g} {y - 4:g} l8 8 m0 -8 l-8 8", class_="sign in-bad")
    return e("g", e("circle", cx=x, cy=y, r=9.5, class_="open is-bad"), mark)


def anchor_sign(x: float, y: float) -> Element:
    """A certificate that a client trusts by itself: a diamond."""
    mark = e("path", d=f"M{x - 3.4:g} {y:g} l2.6 2.8 l4.4 -5.6", class_="sign")
    return e("g", e("path", d=f"M{x:g} {y - 12:g} l12 12 l-12 12 l-12 -12 z", class_="full is-note"), mark)


def idle_sign(x: float, y: float) -> Element:
    """A certificate that was sent for nothing: an open diamond."""
    return e("g", e("path", d=f"M{x:g} {y - 10:g} l10 10 l-10 10 l-10 -10 z", class_="open is-warn"))
