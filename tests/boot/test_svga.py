"""Does the VMSVGA driver work with another implementation of the same adapter, QEMU's?"""

import re

import images

DRIVERS = ["display.h", "display.c", "display_adapters.h", "display_vbe.c", "display_svga.h", "display_svga.c",
           "display_svga_screens.h", "display_svga_screens.c", "hgsmi.h", "hgsmi.c", "display_vbva.h", "display_vbva.c"]
REGISTERS = {"enabled": 1, "width": 2, "height": 3, "bits": 7, "configured": 20}


def test_modes_on_qemus_adapter(start):
    """The scenes of tests/virtualbox/test_screens.py, as far as they have one screen."""
    iso = images.iso_with(images.ROOT / "tests" / "virtualbox" / "scenes.c", tuple(f"drivers/{name}" for name in DRIVERS))
    machine = start(iso, extra=["-vga", "vmware"])
    log = machine.wait_serial("listening", 60)
    assert "adapter: VMSVGA, 1 screens" in log
    port = int(re.search(r"15ad:0405 +ports ([0-9a-f]+)", log)[1], 16)
    for scene in range(3):
        machine.keys("spc")
        log = machine.wait_serial(f"scene {scene}: set", 20)
        width, height = map(int, re.findall(r"screen 0: (\d+)x(\d+)", log)[-1])
        found = {}
        for name, index in REGISTERS.items():
            machine.monitor(f"o /w {port:#x} {index}")
            found[name] = int(machine.monitor(f"i /w {port + 1:#x}").split("=")[1], 16)
        assert found == {"enabled": 1, "width": width, "height": height, "bits": 32, "configured": 1}
