"""Something the person at the keyboard must know: expected, came, what to do. The root of our own exceptions."""

from mailtrust.core.model.text import Text


class UserProblem(Exception):
    """An error for people. `message` is a whole sentence (or three), translated where it is shown."""

    status = 2
    """The command's exit status: usage, unless a subclass says otherwise."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


class CouldNotLook(UserProblem):
    """Nothing could be looked at."""

    status = 3
