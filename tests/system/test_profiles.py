# SPDX-License-Identifier: BSD-2-Clause
"""One image, started as each of its profiles. A boot manager names one with @N in the load options;
here the firmware's shell does.
"""

import re

import pytest

from bulkhead import READY, ROOT_UP, fits_in
from conftest import ROOT

SYSTEM = "tests/system/failing.yaml"


@pytest.fixture(scope="module")
def image(make_image):
    return make_image("profiles", SYSTEM, on_failure="firmware")


LINE = r"^bulkhead: (PASS|WARN|FAIL)  (.*?) +- (.*)$"


def check_hardware(machine):
    """Let the hardware check end; {what: (result, reason)} of its lines, which are on both ports."""
    last = machine.expect_on("com1", r"^bulkhead: hardware check: \d.*$").group()
    for port in ("com1", "com2"):
        machine.expect_on(port, r"^bulkhead: press a key ")
    machine.expect(r"^bulkhead: press a key ")
    machine.send(" ", end="")
    machine.expect(r"^back in the shell:")
    found, again = ({what: (result, reason) for result, what, reason in
                     re.findall(LINE, port, re.MULTILINE)} for port in (machine.com1, machine.com2))
    assert found == again
    counts = [sum(line[0] == result for line in found.values())
              for result in ("PASS", "FAIL", "WARN")]
    assert [int(n) for n in re.findall(r"\d+", last)] == counts
    return found


def failures(found):
    return sorted(what for what, (result, _) in found.items() if result == "FAIL")


@pytest.mark.only("qemu", "kvm")
def test_linux_alone_has_the_whole_machine(boot, image):
    machine = boot(image, profiles=[1])
    match = machine.expect_on("com2", ROOT_UP)
    assert fits_in(r"^bulkhead: profile @1: Linux alone, no partitions$", machine.com1)
    assert match.group(1) == "4"
    assert "bulkhead: cannot start" not in machine.com1
    assert "bulkhead: ready:" not in machine.com1


@pytest.mark.only("qemu", "kvm")
def test_profiles_in_turn(boot, image):
    """An unknown one is refused with a sentence; the check changes nothing; then the default."""
    machine = boot(image, profiles=[9, 2, 0])
    check_hardware(machine)
    machine.expect_up()
    unknown, check, default = machine.com1.split("back in the shell:")
    sentences = re.findall(r"^bulkhead: cannot start: (.*)$", unknown, re.MULTILINE)
    assert sentences == ["this image has no profile @9, which its load options ask for: correct the "
                         "boot entry, or leave @9 out"]
    assert fits_in(r"^bulkhead: profile @2: hardware check$", check)
    assert "bulkhead: ready:" not in unknown + check
    assert fits_in(READY, default)
    assert "cannot start" not in default and "profile" not in default
    # What the check said is what the start did.
    layout = r"^bulkhead: (layout: .*)$"
    assert re.findall(layout, check, re.MULTILINE) == re.findall(layout, default, re.MULTILINE) != []


@pytest.mark.only("qemu")
def test_demo_machine_passes_the_check(boot):
    found = check_hardware(boot(ROOT / "out" / "demo.efi", profiles=[2]))
    assert failures(found) == []
    assert found["VMX or SVM"] == ("PASS", "SVM")
    assert found["all CPUs alike"] == ("PASS", "4 CPUs")
    assert found["CPUs for the cells"] == ("PASS", "1 for RT cells, 3 for root")
    assert found["local APIC"][0] == "WARN"
    assert found["IOMMU"] == ("PASS", "VT-d, 1 unit")
    units = [reason for what, (_, reason) in found.items() if what.startswith("IOMMU at 0x")]
    assert len(units) == 1 and "interrupt remapping" in units[0]
    assert found["layout"][0] == found["fingerprint"][0] == found["cores"][0] == "PASS"


@pytest.mark.only("qemu")
def test_check_names_each_missing_feature(boot):
    """One machine without SVM, VT-d, CPUs and the cell's device."""
    found = check_hardware(boot(ROOT / "out" / "pci-demo.efi", profiles=[2], cpu="max,-svm,-nx",
                                iommu=False, cpus=1))
    assert failures(found) == ["CPUs for the cells", "IOMMU", "VMX or SVM",
                               "device 1234:11e8#0 of cell pci", "execute-disable"]
    assert found["VMX or SVM"][1].startswith("this CPU has neither VMX nor SVM")
    assert "enable VT-d" in found["IOMMU"][1]
    assert "machine has 1 CPU, cells want 2" in found["CPUs for the cells"][1]
    assert "this machine has 0 PCI functions 1234:11e8" in found["device 1234:11e8#0 of cell pci"][1]
    assert found["memory for the cells"][0] == "PASS"


@pytest.mark.only("bochs")
def test_bochs_passes_the_check(boot):
    found = check_hardware(boot(ROOT / "out" / "demo-noiommu.efi", profiles=[2]))
    assert failures(found) == []
    assert found["VMX or SVM"] == ("PASS", "VMX")
    assert found["VMX secondary controls"] == ("PASS", "EPT, unrestricted guest")
    assert found["VMX switched on"][1].endswith("open")
    assert found["local APIC"] == ("PASS", "x2APIC")
    assert found["all CPUs alike"] == ("PASS", "4 CPUs")
    assert {what for what, (result, _) in found.items() if result == "WARN"} >= {"IOMMU",
                                                                               "ACPI tables"}
