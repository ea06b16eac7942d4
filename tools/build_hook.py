"""What the build adds to the wheel: the man pages, made from the parsers in the tree that is built."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ManPages(BuildHookInterface[Any]):
    """Makes the pages below build/, and names them to the builder."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the build. An editable installation gets none: they would grow old there."""
        if version == "editable":
            return
        root = Path(self.root)
        sys.path[:0] = [str(root / "src"), str(root / "tools")]
        from man_pages import pages  # type: ignore[import-not-found, unused-ignore]

        # https://reproducible-builds.org/specs/source-date-epoch: the same tree gives the same wheel.
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        day = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
        folder = root / "build" / "man"
        folder.mkdir(parents=True, exist_ok=True)
        for file, text in pages(day.date().isoformat()).items():
            (folder / file).write_text(text, encoding="utf-8")
            build_data["shared_data"][str(folder / file)] = f"share/man/man1/{file}"
