"""Does the VMSVGA driver work with another implementation of the same adapter, QEMU's?"""

import re

import images

REGISTERS = {"enabled": 1, "width": 2, "height": 3, "bits": 7, "configured": 20}


def test_modes_on_qemus_adapter(start):
    """The scenes of tests/virtualbox/test_screens.py, as far as they have one screen."""
    machine = start(images.iso_with_scenes(), extra=["-vga", "vmware"])
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
