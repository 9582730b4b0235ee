"""Question: what do VirtualBox's reports say, in a form that a test can compare?"""
import contextlib
import re
import xml.etree.ElementTree as xml

# Mistakes as VirtualBox's parts write them; what the guest says of itself is none.
COMPLAINT = re.compile(r"^\S+ (?!VMMDev: Guest Log:)(.*(?:ERROR \[COM\]|VERR_|AssertLogRel|Assertion).*)", re.MULTILINE)
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


def complaints(log):
    """The lines of VBox.log in which a part of VirtualBox says that something went wrong, without their times."""
    return COMPLAINT.findall(log)


def refusal(log):
    """Why VirtualBox would not start the machine, in its own words. None: it started, or is about to."""
    before, failed, _ = log.partition("Power up failed")
    return (["no reason given"] + re.findall(r"aText=\{(.*?)\}, preserve", before))[-1] if failed else None


def integers(log, name):
    """The values that NAME has in the configuration of the machine, which VBox.log begins with. Parts share names."""
    return {int(value, 0) for value in re.findall(rf"^\S+ +{name} +<integer> += (\S+)", log, re.MULTILINE)}
