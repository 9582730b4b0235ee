"""What stands in a running guest's memory? Read by the host, without a word to the guest."""

import mmap
import struct
import subprocess
from pathlib import Path

PT_LOAD = 1


class GuestMemory:
    """One moment of a machine. kernel: the ELF file that runs in it, for the names."""

    def __init__(self, machine, kernel):
        path = machine.folder / "guest.core"
        machine.manage("debugvm", machine.name, "dumpvmcore", "--filename", path)
        with open(path, "rb") as core:  # of its hundreds of MiB a few pages are looked at
            self.data = mmap.mmap(core.fileno(), 0, access=mmap.ACCESS_READ)
        path.unlink()
        self.symbols = _symbols(kernel)

    def read(self, address, size):
        """SIZE bytes at a physical address, which is also the virtual one."""
        table, = struct.unpack_from("<Q", self.data, 32)
        entry_bytes, entries = struct.unpack_from("<HH", self.data, 54)
        for at in range(table, table + entry_bytes * entries, entry_bytes):
            kind, _, offset, _, start, length = struct.unpack_from("<IIQQQQ", self.data, at)
            if kind == PT_LOAD and start <= address and address + size <= start + length:
                return self.data[offset + address - start:offset + address - start + size]
        raise ValueError(f"no memory at 0x{address:x}")

    def structure(self, symbol, layout, *names):
        """{name: value} of a structure in the kernel; layout as Python's struct has it, with C's own gaps."""
        layout = "@" + layout
        values = struct.unpack(layout, self.read(self.symbols[symbol], struct.calcsize(layout)))
        return dict(zip(names, values, strict=True))


def _symbols(kernel):
    lines = subprocess.run(["nm", str(Path(kernel))], check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split()[2]: int(line.split()[0], 16) for line in lines if len(line.split()) == 3}


def wall_clock(memory):
    """kernel/time/wall_clock.h"""
    return memory.structure("wall_clock", "??qqqQQQ", "known", "from_host", "error", "drift", "last_step", "readings", "steps",
                            "slews")


def heartbeat(memory):
    """drivers/guest/health/heartbeat.h"""
    return memory.structure("heartbeat", "Q?Q", "interval", "on", "sent")


def balloon(memory):
    """drivers/guest/health/balloon.h"""
    return memory.structure("balloon", "QQ??", "wanted", "held", "refused", "kept")


def hgcm_counts(memory):
    """drivers/guest/services/hgcm.h"""
    return memory.structure("hgcm_counts", "QQQQII", "calls", "failed", "cancelled", "left", "waiting", "clients")


def session(memory):
    """drivers/guest/health/session.h"""
    return memory.structure("session", "QQ?III", "identifier", "restores", "remote_display", "experience", "plugged",
                            "unplugged")
