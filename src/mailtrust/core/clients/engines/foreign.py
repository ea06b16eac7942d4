"""Servers of other organisations: what holds for all of them, whatever they judge by."""

from mailtrust.core.model.text import text

OUT_OF_REACH = text("Servers of other organisations connect, and nobody can bring them a root.").template
