"""What memory this process holds, and the most that it ever held."""

from __future__ import annotations

import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Peak", "forget_peak", "held_bytes", "peak"]

_STATUS = Path("/proc/self/status")
_STATM = Path("/proc/self/statm")
_CLEAR = Path("/proc/self/clear_refs")
#: Source: Linux, proc_pid_clear_refs(5), since 4.0: "reset the peak resident set size".
_RESET_PEAK = "5"


@dataclass(frozen=True, slots=True)
class Peak:
    """Hold the most memory that this process held.

    Attributes:
        mb: In MiB.
        by: Who says so: `VmHWM` since the last `forget_peak`; `ru_maxrss` or `PeakWorkingSetSize`
            since the process began, or since its parent did where it was forked.
    """

    mb: float
    by: str


def forget_peak(clear: Path = _CLEAR) -> bool:
    """Let the peak begin at what is held now; tell whether the system can do that."""
    try:
        clear.write_text(_RESET_PEAK, encoding="ascii")
    except OSError:
        return False
    return True


def peak(status: Path = _STATUS) -> Peak:
    """Return the most memory that this process held."""
    # Preferred: a process that was forked starts with its parent's peak in `ru_maxrss`.
    by_proc = _line_bytes(status, "VmHWM:")
    if by_proc is not None:
        return Peak(by_proc / 1024**2, "VmHWM")
    return _peak_by_usage()


def held_bytes(statm: Path = _STATM) -> int:
    """Return the memory that this process holds now; where nobody knows, the most it held."""
    with contextlib.suppress(ImportError, OSError, ValueError, IndexError):
        import resource

        # In pages; the second number is what is resident.
        pages = int(statm.read_text(encoding="ascii").split()[1])
        return pages * resource.getpagesize()
    return round(_peak_by_usage().mb * 1024**2)


def _line_bytes(status: Path, name: str) -> int | None:
    """Return a line of /proc/self/status in bytes, or None where there is none."""
    try:
        lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return None
    found = [int(line.split()[1]) * 1024 for line in lines if line.startswith(name)]
    return found[0] if found else None


def _peak_by_usage() -> Peak:
    if sys.platform == "win32":  # pragma: no cover - Windows only
        return Peak(_peak_on_windows() / 1024**2, "PeakWorkingSetSize")
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    size_bytes = most if sys.platform == "darwin" else most * 1024
    return Peak(size_bytes / 1024**2, "ru_maxrss")


def _peak_on_windows() -> int:  # pragma: no cover - Windows only
    """Return PeakWorkingSetSize in bytes (Source: Windows API, GetProcessMemoryInfo)."""
    import ctypes

    class Counters(ctypes.Structure):
        _fields_ = (
            ("cb", ctypes.c_ulong),
            ("PageFaultCount", ctypes.c_ulong),
            *(
                (name, ctypes.c_size_t)
                for name in (
                    "PeakWorkingSetSize",
                    "WorkingSetSize",
                    "QuotaPeakPagedPoolUsage",
                    "QuotaPagedPoolUsage",
                    "QuotaPeakNonPagedPoolUsage",
                    "QuotaNonPagedPoolUsage",
                    "PagefileUsage",
                    "PeakPagefileUsage",
                )
            ),
        )

    counters = Counters(cb=ctypes.sizeof(Counters))
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]  # Windows
    kernel.GetCurrentProcess.restype = ctypes.c_void_p
    kernel.K32GetProcessMemoryInfo.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    if not kernel.K32GetProcessMemoryInfo(
        kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb
    ):
        raise OSError("GetProcessMemoryInfo failed")
    return int(counters.PeakWorkingSetSize)
