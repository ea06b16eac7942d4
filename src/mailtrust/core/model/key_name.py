"""The kinds of keys that are made, as their names have them."""

from typing import Literal, get_args

KeyName = Literal["rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"]
KEYS: tuple[KeyName, ...] = get_args(KeyName)
