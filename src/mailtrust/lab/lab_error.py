"""What goes wrong in the lab itself."""

from mailtrust.core.model.problem import CouldNotLook


class LabError(CouldNotLook):
    """The lab can't do what was asked."""
