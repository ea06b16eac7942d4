"""From remedies to a plan's steps, on servers whose configuration is known: which files, which lines, which order."""
