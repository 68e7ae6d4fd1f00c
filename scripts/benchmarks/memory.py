"""How much memory a process has, as the kernel counts it."""

import re
from pathlib import Path


def memory_of(process: int | str) -> dict[str, float]:
    """MB resident now, and at the highest: of that process alone, PostgreSQL apart."""
    status = Path("/proc", str(process), "status").read_text(encoding="ascii")
    sizes = dict(re.findall(r"^(VmRSS|VmHWM):\s+(\d+) kB", status, re.MULTILINE))
    return {
        "rss_mb": round(int(sizes["VmRSS"]) / 1024, 1),
        "rss_mb_max": round(int(sizes["VmHWM"]) / 1024, 1),
    }
