# SPDX-License-Identifier: BSD-2-Clause
"""One image, several machines: `mkimage check --hw` says beforehand what each boot will say.

Each machine is recorded first: by the image, started from the firmware's shell, or by a program that is
nothing but the recorder. Neither lies in memory where the image will lie when it is started.
"""

import json
import pathlib
import re
import subprocess

import pytest

from bulkhead import ROOT_UP, TICK, Bulkhead

ROOT = pathlib.Path(__file__).resolve().parents[2]
MKIMAGE = ROOT / "out" / "mkimage"
HWDUMP = ROOT / "out" / "tests" / "hwdump" / "hwdump.efi"
RECORDED = r"hardware dump: \d+ bytes are in bulkhead-hw.dump"
LAYOUT = r"^bulkhead: (layout: .*)$"
REFUSAL = r"^bulkhead: (cannot start: .*)$"
UNFIT = 3  # exit status of check --hw: this machine cannot run it

SMALL = {"cpus": 4, "memory": 1024, "devices": ("edu",)}
# Memory above 4 GiB, threads that share cores, and the same device at another place.
LARGE = {"cpus": "8,sockets=1,cores=4,threads=2", "memory": 6144,
         "devices": ("edu,addr=9", "pcie-root-port,id=rp1,chassis=1,addr=8",
                     "virtio-net-pci,bus=rp1,netdev=n1,iommu_platform=on")}


@pytest.fixture
def start(request, lane):
    """start(image, name, **options) starts a machine and leaves its logs under that name."""
    machines = []

    def begin(image, name, **options):
        log = ROOT / "out" / "lab" / lane / f"layout-{name}"
        machines.append(Bulkhead(lane, image, log=log, **options))
        return machines[-1].__enter__()

    yield begin
    for machine in machines:
        machine.__exit__(None, None, None)


def hwdump_profile(image):
    """The number of the profile with which the image itself records its machine."""
    found = subprocess.run([MKIMAGE, "inspect", "--json", image], check=True, stdout=subprocess.PIPE)
    return [profile["id"] for profile in json.loads(found.stdout)["profiles"]].index("hwdump")


@pytest.fixture
def record(start, tmp_path):
    """record(name, **options) makes a hardware dump of a machine, by an image or by hwdump.efi; its path."""
    def make(name, image=HWDUMP, **options):
        dump = tmp_path / f"{name}.dump"
        if image != HWDUMP:
            options["profiles"] = [hwdump_profile(image)]
        machine = start(image, f"{name}-dump", **options)
        machine.expect(RECORDED)
        subprocess.run(["mcopy", "-i", machine.setup.boot_disk, "::/bulkhead-hw.dump", dump],
                       check=True)
        machine.stop()
        return dump

    return make


def predict(image, dump, status=0, warning=None):
    """What check --hw prints, line by line, but for the caches, which not every machine tells."""
    result = subprocess.run([MKIMAGE, "check", image, "--hw", dump], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert result.returncode == status, result
    assert warning in result.stderr if warning else result.stderr == ""
    return [line for line in result.stdout.splitlines() if not line.startswith("caches: ")]


def check_layout(machine, predicted):
    """The boot says exactly the predicted lines."""
    machine.expect_on("com1", r"^bulkhead: ready:")
    assert re.findall(LAYOUT, machine.com1, re.MULTILINE) == predicted
    for name, cpus in re.findall(r"^layout: cell (\S+): .*cpus=(\S+)", "\n".join(predicted), re.MULTILINE):
        machine.expect_on("com1", rf"^bulkhead: cell {name}: started cpus={cpus}$")


@pytest.fixture(scope="module")
def layout_image(make_image):
    return make_image("layout", "tests/system/layout.yaml")


@pytest.mark.only("qemu")
def test_one_image_on_two_machines_as_predicted(start, record, layout_image):
    layouts = []
    for name, options, warning in (
            ("small", SMALL, None),
            ("large", LARGE, "cell pci: its CPU 5 shares a core with CPU 4 of cell root")):
        dump = record(name, layout_image, **options)
        first, fingerprint, *predicted = predict(layout_image, dump, warning=warning)
        assert first.startswith("machine: AuthenticAMD ") and fingerprint.startswith("fingerprint: ")
        machine = start(layout_image, name, **options)
        check_layout(machine, predicted)
        machine.expect_on("com2", ROOT_UP)
        layouts.append(predicted)
        machine.stop()
    assert all(a != b for a, b in zip(*layouts))
    assert layouts[0][1].endswith(" cpus=3") and layouts[1][1].endswith(" cpus=6-7")
    assert layouts[1][2].endswith(" cpus=5 devices=00:09.0 ports=0x300-0x30f irqs=5") and "memory=0x1" in layouts[1][2]


@pytest.mark.only("qemu")
def test_a_refusal_is_predicted_word_for_word(start, record, layout_image):
    *_, predicted = predict(layout_image, record("bare"), UNFIT)
    assert "this machine has 0 PCI functions 1234:11e8" in predicted
    assert start(layout_image, "bare").expect(REFUSAL).group(1) == predicted


@pytest.mark.only("qemu")
def test_linux_alone_records_its_machine(start, layout_image, tmp_path):
    """The script finds the same CPUs and devices; the memory map is an approximation."""
    machine = start(layout_image, "linux", profiles=[1], **SMALL)
    machine.expect_up()
    dump = tmp_path / "linux.dump"
    dump.write_text(machine.output("bulkhead-hwdump") + "\n")
    first, _, *lines = predict(layout_image, dump, warning="it was recorded under Linux")
    assert first.startswith("machine: AuthenticAMD ") and first.endswith(" 1 IOMMU")
    assert [re.split(r" c(?:pu|ell)s=", line)[1] for line in lines[1:]] == [
        "3", "2 devices=00:02.0 ports=0x300-0x30f irqs=5", "hello,pci(read)", "0-1"]
    assert lines[0].endswith("/4096")


@pytest.mark.only("bochs")
def test_a_machine_without_acpi_and_iommu_is_predicted(start, record):
    dump = record("bochs")
    _, _, *predicted = predict(ROOT / "out" / "demo-noiommu.efi", dump)
    machine = start(ROOT / "out" / "demo-noiommu.efi", "bochs")
    check_layout(machine, predicted)
    machine.expect(TICK)
    *_, refusal = predict(ROOT / "out" / "demo.efi", dump, UNFIT)
    assert refusal.startswith("cannot start: no IOMMU (the firmware has neither")
