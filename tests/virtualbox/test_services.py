"""Do guest and host leave each other notes, in real VirtualBox, judged by what its command line says?

One machine. It publishes, takes orders, is reset, and is saved while two calls wait, one of them for somebody at the desk.
(A VirtualBox without its driver cannot be reset after a restore: so that is the end.)"""

import re
import threading

import pytest
from guest_memory import GuestMemory, hgcm_counts
from reading import ROOT
from virtualbox import Machine

ISO, KERNEL = ROOT / "build" / "guestbook.iso", ROOT / "build" / "guestbook.elf"
TITLE = "Notes for the host   "
BOOT_SECONDS, SECONDS = 240, 30
SERVICE = "/HGCM/VBoxGuestPropSvc/"
ORDER, ANSWER, STATUS = "/Guestbook/Command", "/Guestbook/Answer", "/Guestbook/Status"


class Notes:
    """The properties of a machine, as the host's command line has them."""

    def __init__(self, machine):
        self.machine = machine

    def ask(self, verb, *words):
        return self.machine.manage("guestproperty", verb, self.machine.name, *words).strip()

    def get(self, name):
        """The value; None: there is no such property."""
        found = re.fullmatch(r"Value: ?(.*)", self.ask("get", name), re.DOTALL)
        return found and found[1]

    def set(self, name, value):
        self.ask("set", name, value)

    def all(self):
        """{name: (value, flags)}"""
        lines = re.findall(r"^(/\S+) += '([\s\S]*?)' +@ \S+ ?(.*)$", self.ask("enumerate"), re.M)
        return {name: (value, flags) for name, value, flags in lines}

    def number(self):
        """Of the last order that was begun."""
        return int((self.get(STATUS) or "-1").split()[0])

    def order(self, line):
        """(how it ended, what it said)"""
        wanted = self.number() + 1
        self.set(ORDER, line)
        return self.outcome(wanted)

    def outcome(self, number):
        ended = self.machine.wait_until(lambda: re.fullmatch(rf"{number} ended (\d+)", self.get(STATUS) or ""), SECONDS,
                                        f"end of order {number}")
        return int(ended[1]), self.get(ANSWER)


def counts(machine):
    return hgcm_counts(GuestMemory(machine, KERNEL))


def clients(machine):
    """{category: clients of the service, as the host counts them}"""
    return {name.rpartition("/")[2]: value for name, value in machine.statistics(SERVICE + "*").items()
            if re.fullmatch(SERVICE + r"Clients(/(Kernel|Root|User))?", name)}


def all_clients(machine):
    return sum(value for name, value in machine.statistics("/HGCM/*").items() if re.fullmatch(r"/HGCM/\w+/Clients", name))


def ready(machine, notes, boots):
    machine.wait_until(lambda: len(re.findall(TITLE + ".*\n", machine.serial())) == boots, BOOT_SECONDS, f"boot {boots}")
    machine.wait_until(lambda: notes.get(STATUS) == "0 ready", SECONDS, "guest that takes orders")


def publish_and_obey(machine, notes):
    seen = {"published": notes.all(), "line": re.search(TITLE + r" *(.*)", machine.serial())[1]}
    seen["echo"] = notes.order("echo 'Hello, host'")
    seen["unknown"] = notes.order("fly to the moon")
    seen["help"] = notes.order("help")
    before = notes.number()
    for number in range(5):
        notes.set(ORDER, f"echo {number}")
    seen["five"] = notes.outcome(before + 5)
    seen["host's"] = notes.order("prop get /VirtualBox/HostInfo/VBoxVer")
    seen["refused"] = notes.order("prop set /VirtualBox/HostInfo/VBoxVer 1")
    seen["absent"] = notes.order("prop get /Moon/Phase")
    seen["long name"] = notes.order("prop set " + "/n" * 32 + " 1")
    seen["long value"] = notes.order("prop set /Guestbook/Long " + "v" * 400), len(notes.get("/Guestbook/Long"))
    notes.order("prop set /Guestbook/Kept 1 ''")
    seen["kept"] = notes.all()["/Guestbook/Kept"]
    notes.order("prop delete /Guestbook/Kept")
    seen["deleted"] = notes.get("/Guestbook/Kept")
    seen["list"] = notes.order("prop list '/VirtualBox/GuestInfo/OS/*'")
    seen["nobody"] = notes.order("prop wait /Moon/* 1")
    return seen


def take_back(notes):
    """How an order that never ends ends when it is deleted, when it is set to nothing, and what the next one says."""
    seen = []
    for way in (("delete", ORDER), ("set", ORDER, "")):
        number = notes.number() + 1
        notes.set(ORDER, "echo so far; prop wait /Moon/*")
        notes.machine.wait_until(lambda number=number: notes.get(STATUS) == f"{number} running", SECONDS, "order that runs")
        notes.ask(*way)
        seen.append(notes.outcome(number))
    return [*seen, notes.order("echo next")]


def be_ready(installation):
    """What the first order says, of a file in a share, when it comes at once after the word that the guest is ready."""
    with Machine(ISO, "ready", installation=installation) as machine:
        share = machine.folder / "share"
        share.mkdir()
        (share / "task").write_text("The text of the file.")
        machine.manage("sharedfolder", "add", machine.name, "--name", "s", "--hostpath", share, "--transient", "--automount")
        notes = Notes(machine)
        machine.wait_until(lambda: notes.get(STATUS) or (notes.ask("wait", STATUS, "--timeout", "2000") and None),
                           BOOT_SECONDS, "word of the guest")
        return notes.get(STATUS), notes.order("cat /s/task")


def be_waited_for(machine, notes):
    """What the host's own `wait` says while the guest sets a property."""
    said = []
    waiter = threading.Thread(target=lambda: said.append(notes.ask("wait", "/Guestbook/Phase", "--timeout", "20000")))
    waiter.start()
    while waiter.is_alive():  # it may not have begun to wait when the first is set
        notes.order("prop set /Guestbook/Phase full")
    return said[0]


def life(installation):
    seen = {}
    with Machine(ISO, "services", installation=installation) as machine:
        notes = Notes(machine)
        ready(machine, notes, 1)
        seen.update(publish_and_obey(machine, notes))
        seen["waited"] = be_waited_for(machine, notes)
        seen["counts"], seen["clients"], seen["all clients"] = counts(machine), clients(machine), all_clients(machine)
        seen["taken back"] = take_back(notes)
        notes.set("/Host/Kept", "1")
        notes.set(ORDER, "reboot")
        ready(machine, notes, 2)
        seen["after reset"], seen["clients after reset"] = notes.all(), clients(machine)
        seen["before save"] = notes.order("echo before")
        waiting = counts(machine)["waiting"]  # for an order, and what other chapters wait for
        machine.type("prop wait /Host/Moon\n")
        machine.wait_until(lambda: counts(machine)["waiting"] == waiting + 1, SECONDS, "one more call that waits")
        seen["serial before"] = machine.serial()
        machine.save()
        machine.power_on()
        machine.wait_until(lambda: "Session: restored" in machine.serial(), SECONDS, "notice of the restore")
        seen["status after restore"] = notes.get(STATUS)
        notes.set("/Host/Moon", "full")
        machine.wait_until(lambda: "/Host/Moon = full" in machine.serial(), SECONDS, "end of the wait")
        seen["after restore"] = notes.order("echo after")
        seen["orders"], seen["clients after restore"] = notes.number(), clients(machine)
        seen["counts after restore"], seen["published after restore"] = counts(machine), notes.all()
        seen["serial"], seen["gurus"] = machine.serial(), machine.gurus()
    return seen


@pytest.fixture(scope="module")
def seen(virtualbox):
    return life(virtualbox)


def test_what_the_host_s_tools_look_for_is_published(seen):
    mine = {name: value for name, (value, flags) in seen["published"].items() if flags == "TRANSIENT, TRANSRESET"}
    assert mine["/VirtualBox/GuestAdd/Version"] == seen["published"]["/VirtualBox/HostInfo/VBoxVer"][0]
    assert mine["/VirtualBox/GuestAdd/VersionExt"] == mine["/VirtualBox/GuestAdd/Version"] + "_Guestbook"
    assert mine["/VirtualBox/GuestAdd/Revision"] == seen["published"]["/VirtualBox/HostInfo/VBoxRev"][0]
    assert mine["/VirtualBox/GuestInfo/OS/Product"] == "Guestbook"
    assert re.fullmatch(r"\d+ chapters", mine["/VirtualBox/GuestInfo/OS/Release"])
    assert mine["/VirtualBox/GuestInfo/OS/LoggedInUsers"] == "1" and mine["/VirtualBox/GuestInfo/OS/NoLoggedInUsers"] == "false"
    assert re.fullmatch(r"\d+ \S.*, \d+ ms", mine["/Guestbook/Boot"])
    assert seen["line"].strip() == "9 published, orders by /Guestbook/Command"


def test_a_property_is_an_order_and_another_its_answer(seen):
    assert seen["echo"] == (0, "Hello, host")
    assert seen["unknown"][0] == 127 and "no such command" in seen["unknown"][1]
    assert seen["five"] == (0, "4")


def test_a_long_answer_is_cut_where_a_property_ends(seen):
    status, text = seen["help"]
    assert status == 0 and len(text) == 1023 and text.endswith(" [cut]")


def test_properties_of_the_host_can_be_read_and_not_written(seen):
    assert seen["host's"] == (0, seen["published"]["/VirtualBox/HostInfo/VBoxVer"][0])
    assert seen["refused"] == (1, "prop: /VirtualBox/HostInfo/VBoxVer: not ours to change (status -10)")
    assert seen["absent"] == (1, "prop: /Moon/Phase: there is none (status -78)")
    assert seen["long name"][0] == 1 and seen["long name"][1].endswith("(status -2)")
    assert seen["nobody"] == (1, "prop: /Moon/*: nothing came (status -40)")


def test_properties_are_written_listed_and_deleted(seen):
    assert seen["long value"] == ((0, None), 400)  # VBoxManage tells no difference between none and ""
    assert seen["kept"] == ("1", "") and seen["deleted"] is None
    status, text = seen["list"]
    assert status == 0 and len(text.splitlines()) == 5
    assert "/VirtualBox/GuestInfo/OS/Product = Guestbook  [TRANSIENT, TRANSRESET]" in text


def test_the_host_can_wait_for_the_guest(seen):
    assert re.search(r"Name: /Guestbook/Phase, value: full, flags: TRANSIENT, TRANSRESET", seen["waited"])


def test_an_order_that_never_ends_can_be_taken_back(seen):
    assert seen["taken back"] == [(130, "so far"), (130, "so far"), (0, "next")]


def test_who_is_ready_has_the_shares_mounted(virtualbox):
    assert be_ready(virtualbox) == ("0 ready", (0, "The text of the file."))


def test_host_and_guest_count_the_same(seen):
    assert seen["clients"] == {"Clients": 1, "Kernel": 0, "Root": 1, "User": 0}
    guest = seen["counts"]
    assert guest["clients"] == seen["all clients"] and guest["waiting"] >= 1 and guest["left"] == 0
    assert guest["cancelled"] == 1  # the wait for what did not come
    assert guest["calls"] > 50


def test_a_reset_leaves_nothing_behind(seen):
    assert seen["clients after reset"] == seen["clients"]
    after = seen["after reset"]
    assert ANSWER not in after and "/Guestbook/Phase" not in after
    assert after["/Host/Kept"] == ("1", "") and after[STATUS][0] == "0 ready"
    assert after["/VirtualBox/GuestInfo/OS/Product"][0] == "Guestbook"
    assert seen["before save"] == (0, "before")  # the order to reboot was not carried out again


def test_calls_wait_on_over_save_and_restore(seen):
    assert seen["status after restore"] == "1 ended 0"  # the old order was not carried out again
    assert seen["after restore"] == (0, "after") and seen["orders"] == 2
    assert seen["clients after restore"] == seen["clients"]
    assert seen["counts after restore"]["left"] == 0
    assert seen["published after restore"]["/VirtualBox/GuestInfo/OS/Product"][0] == "Guestbook"
    said = seen["serial before"] + seen["serial"]
    assert "Notes: " not in said and "HGCM: " not in said and seen["gurus"] == []
