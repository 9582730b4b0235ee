"""Question: what do VirtualBox's reports say, in a form that a test can compare?"""
import contextlib
import re
import xml.etree.ElementTree as xml

GURU = re.compile(r"Guru Meditation|TRIPLE_FAULT", re.IGNORECASE)


def statistics(text):
    """{name: value} of the XML that VirtualBox answers about its counters. Profiles count how often they ran."""
    found = {}
    for entry in xml.fromstring(text).iter():
        name = entry.get("name")
        if name is not None:
            value = next((entry.get(key) for key in ("c", "val", "cPeriods") if entry.get(key) is not None), None)
            with contextlib.suppress(TypeError, ValueError):    # flags and texts are no counters
                found[name] = int(value, 0)
    return found


def machine_info(text):
    """{name: value} of `VBoxManage showvminfo --machinereadable`, without the quotation marks."""
    found = {}
    for line in text.splitlines():
        name, separator, value = line.partition("=")
        if separator:
            found[name.strip('"')] = value.strip('"')
    return found


def gurus(log):
    """The lines of VBox.log that report a crash of the guest."""
    return [line for line in log.splitlines() if GURU.search(line)]
