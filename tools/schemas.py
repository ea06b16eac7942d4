"""Write the JSON schemas that are published in docs/schemas: python tools/schemas.py."""

from pathlib import Path

from mailtrust.core.report.schemas import schemas

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"


def write() -> None:
    """Write every schema."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in schemas().items():
        (FOLDER / name).write_bytes(content)


if __name__ == "__main__":
    write()
