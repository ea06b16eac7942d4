"""`python -m mailtrust` is the command."""

from mailtrust.cli.main import run

run()
