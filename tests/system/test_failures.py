# SPDX-License-Identifier: BSD-2-Clause
"""Machines and images that cannot be partitioned: one sentence on COM1, then the failure policy."""

import re
import subprocess
import time

import pytest

from bulkhead import ROOT_UP
from conftest import ROOT, variant

SYSTEM = "tests/system/failing.yaml"
SENTENCE = r"^bulkhead: cannot start: (.*)$"
QUIET_SECONDS = 3

# CPU models without VMX and SVM.
PLAIN_CPUS = {"qemu": "max,-svm", "bochs": "athlon64_clawhammer"}


def check_sentence(machine, wanted):
    sentences = re.findall(SENTENCE, machine.com1, re.MULTILINE)
    assert len(sentences) == 1, sentences
    assert re.search(wanted, sentences[0]), sentences[0]


def check_linux(machine, wanted, cpus=None):
    """The sentence, and then the packed kernel with the whole machine."""
    machine.expect_on("com1", r"^bulkhead: starting the packed Linux without partitions$")
    check_sentence(machine, wanted)
    match = machine.expect_on("com2", ROOT_UP)
    assert cpus is None or match.group(1) == str(cpus)
    assert "bulkhead: ready:" not in machine.com1


def check_halt(machine, wanted):
    """The sentence, and then a machine that does nothing more."""
    # The firmware's console repeats it on COM2.
    for port in ("com1", "com2"):
        machine.expect_on(port, r"^bulkhead: stopping the machine, as the system file says$")
    check_sentence(machine, wanted)
    said = machine.com1, machine.com2
    time.sleep(QUIET_SECONDS)
    assert (machine.com1, machine.com2) == said
    assert machine.ended is None


def check_firmware(machine, wanted):
    """The sentence, and then the firmware's boot manager goes on with its list."""
    machine.expect_on("com1", r"^bulkhead: going back to the firmware$")
    machine.expect_on("com1", r"BdsDxe: failed to start")
    check_sentence(machine, wanted)


def sections(image):
    """Name -> (size, offset in the file) of the sections of a PE file."""
    listing = subprocess.run(["objdump", "-h", image], check=True, text=True,
                             stdout=subprocess.PIPE).stdout
    return {name: (int(size, 16), int(offset, 16)) for name, size, offset in re.findall(
        r"^ *\d+ (\S+) +(\w+) +\w+ +\w+ +(\w+) ", listing, re.MULTILINE)}


def flip_byte(image, section):
    """Damage one byte in the middle of a section."""
    size, offset = sections(image)[section]
    with open(image, "r+b") as file:
        file.seek(offset + size // 2)
        byte = file.read(1)[0]
        file.seek(offset + size // 2)
        file.write(bytes([byte ^ 0x10]))


def remove_section(image, section):
    subprocess.run(["objcopy", f"--remove-section={section}", image], check=True)
    assert section not in sections(image)


@pytest.mark.only("qemu", "bochs")
def test_cpu_without_virtualisation(boot, make_image, lane):
    image = make_image("linux", SYSTEM, on_failure="linux")
    # Without ACPI, an unpartitioned Linux on Bochs finds only the CPU that it starts on.
    check_linux(boot(image, cpu=PLAIN_CPUS[lane]), "neither VMX nor SVM",
                None if lane == "bochs" else 4)


# QEMU's emulated CPUs have no lock.
@pytest.mark.only("bochs")
def test_virtualisation_locked_off_by_the_firmware(boot, make_image):
    image = make_image("halt", SYSTEM, on_failure="halt")
    machine = boot(ROOT / "out" / "tests" / "lock" / "lock.efi", files={"NEXT.EFI": image})
    check_halt(machine, "^VMX is locked off by the firmware")


def test_too_few_cpus(boot, make_image):
    image = make_image("halt", SYSTEM, on_failure="halt")
    check_halt(boot(image, cpus=1), "^machine has 1 CPU, cells want 1 and the root cell at least 1")


def test_too_little_memory_for_the_root_cell(boot, make_image):
    image = make_image("firmware", SYSTEM, on_failure="firmware")
    check_firmware(boot(image, memory=256), r"^the root cell would get \d+ MiB of memory, the "
                                            r"system file wants 256")


def test_too_little_memory_for_a_cell(boot, make_image, tmp_path):
    system = variant(SYSTEM, tmp_path, "memory: 16M", "memory: 1G")
    image = make_image("large", system, on_failure="halt")
    check_halt(boot(image), "^no memory for .*: give the cells less memory")


def test_no_iommu_where_one_is_required(boot, make_image):
    image = make_image("iommu", SYSTEM, on_failure="halt", iommu="required")
    check_halt(boot(image, iommu=False), "^no IOMMU ")


def test_damaged_cell_starts_linux_alone(boot, make_image, lane):
    image = make_image("linux-cells", SYSTEM, on_failure="linux")
    flip_byte(image, ".rtcells")
    check_linux(boot(image), "^section .rtcells is damaged", None if lane == "bochs" else 4)


def test_damaged_kernel_is_never_started(boot, make_image):
    image = make_image("linux-kernel", SYSTEM, on_failure="linux")
    flip_byte(image, ".linux")
    check_firmware(boot(image), "^section .linux is damaged")


def test_damaged_policy(boot, make_image):
    image = make_image("policy", SYSTEM, on_failure="halt")
    flip_byte(image, ".rtcfg")
    # What a damaged policy says about failures is not worth much either: Linux is the default.
    check_linux(boot(image), "^section .rtcfg is damaged")


@pytest.mark.only("qemu", "kvm")
@pytest.mark.parametrize("section", [".initrd", ".cmdline"])
def test_other_damaged_sections(boot, make_image, section):
    image = make_image("halt-damaged", SYSTEM, on_failure="halt")
    flip_byte(image, section)
    check_halt(boot(image), f"^section {section} is damaged")


@pytest.mark.only("qemu", "kvm")
@pytest.mark.parametrize("section", [".initrd", ".cmdline", ".rtcells"])
def test_missing_sections(boot, make_image, section):
    image = make_image("halt-missing", SYSTEM, on_failure="halt")
    remove_section(image, section)
    check_halt(boot(image), f"^section {section} ")


def test_missing_kernel(boot, make_image):
    image = make_image("kernel-missing", SYSTEM, on_failure="linux")
    remove_section(image, ".linux")
    check_firmware(boot(image), "^section .linux of this image cannot be used")


@pytest.mark.only("qemu", "kvm")
def test_missing_policy(boot, make_image):
    image = make_image("policy-missing", SYSTEM, on_failure="halt")
    remove_section(image, ".rtcfg")
    check_linux(boot(image), "^section .rtcfg of this image cannot be used", 4)
