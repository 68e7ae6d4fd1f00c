"""What a process takes, as the kernel counts it: memory and processor time."""

import os
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


def processor_s_of(process: int) -> float:
    """Seconds of processor time that it has had, its threads' included: proc_pid_stat(5)."""
    fields = Path("/proc", str(process), "stat").read_text(encoding="ascii").rpartition(")")[2]
    user, system = fields.split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
