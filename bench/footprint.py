"""What the product takes before anybody uses it: memory of each program, time to start."""

from __future__ import annotations

import time

from bench.installation import Product
from bench.processes import memory_by_program
from bench.rounds import Better, Measurement

SETTLED_SECONDS = 15


def at_rest(product: Product) -> list[Measurement]:
    time.sleep(SETTLED_SECONDS)
    memory = memory_by_program(product.pid)
    programs = sorted(((name, value) for name, value in memory.items() if name != "all"), key=lambda one: -one[1])
    notes = ["MiB: " + ", ".join(f"{name} {value:.0f}" for name, value in programs)]
    return [
        Measurement("memory at rest, everything together", "MiB", [memory["all"]], better=Better.LOWER, notes=notes),
        Measurement("first start, from nothing to ready", "s", [product.start_seconds], better=Better.LOWER),
    ]
