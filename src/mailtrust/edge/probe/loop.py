"""Runs a coroutine to its end, on uvloop where it is installed (it never is on Windows)."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(main: Coroutine[Any, Any, Result]) -> Result:
    """Run `main` on a fresh event loop and give its result."""
    results: list[Result] = []

    async def keep() -> None:
        # asyncio tells `signal` about its task when all is over, and Python then writes out the task's result, twice.
        results.append(await main)

    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(keep())
    return results[0]


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        uvloop = importlib.import_module("uvloop")
    except ImportError:
        return None
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory
