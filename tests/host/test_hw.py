# SPDX-License-Identifier: BSD-2-Clause
"""mkimage check --hw: what it says of a recorded machine, and of what is no record of one."""

import json
import re

import pytest
from mkimage_files import ROOT, SYSTEM, build, make_folder, put, run, stub

DUMP = (ROOT / "tests" / "corpus" / "hw" / "qemu").read_text()
LINES = DUMP.splitlines()


def stub_with_hypervisor():
    """A stub that carries the header of a hypervisor (include/bulkhead/boot.h)."""
    image = bytearray(stub())
    put(image, 0xc40, "QIIQIIIIIIII", 0x3156484448424b4c, 3, 0x20000, 0, 0, 0, 0x40000, 0x10000,
        0x8000, 0x1000, 0x10000, 0x100)
    return bytes(image)


@pytest.fixture
def folder(tmp_path):
    make_folder(tmp_path)
    (tmp_path / "stub.efi").write_bytes(stub_with_hypervisor())
    (tmp_path / "hw").write_text(DUMP)
    return tmp_path


def check(folder, *arguments, what="system.yaml"):
    stub_option = ("--stub", "stub.efi") if what.endswith(".yaml") else ()
    return run(folder, "check", what, "--hw", "hw", *stub_option, *arguments)


def test_the_layout_of_a_system_file(folder):
    result = check(folder)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert "machine: AuthenticAMD 0x60fb1, 4 CPUs, 1022 MiB of memory, 5 PCI functions, 1 IOMMU" in lines
    assert re.fullmatch(r"layout: hypervisor: memory=0x1600000-0x16[0-9a-f]{5} interrupts=25/4096",
                        lines[-3])
    assert lines[-2] == "layout: cell motion: memory=0x1800000-0x27fffff cpus=3"
    assert re.fullmatch(r"layout: cell root: memory=\d+ MiB cpus=0-2", lines[-1])


def test_an_image_gets_the_same_layout(folder):
    build(folder)
    assert check(folder, what="image.efi").stdout.splitlines() == \
        check(folder).stdout.splitlines()[-5:]


def test_caches_are_shown(folder):
    lines = LINES[:-1] + ["cache 1 data kib 32 ways 8 threads 2",
                          "cache 3 unified kib 8192 ways 16 threads 16", "end"]
    (folder / "hw").write_text("\n".join(lines) + "\n")
    assert "caches: L1 data 32 KiB, 8 ways, for up to 2 threads; " \
           "L3 unified 8192 KiB, 16 ways, for up to 16 threads" in check(folder).stdout.splitlines()
    assert json.loads(check(folder, "--json").stdout)["machine"]["caches"][1] == {
        "level": 3, "type": "unified", "size": 8 << 20, "ways": 16, "threads": 16}
    lines[-2] = "cache 3 magic kib 1 ways 1 threads 1"
    (folder / "hw").write_text("\n".join(lines) + "\n")
    result = check(folder)
    assert result.returncode != 0
    assert "expected a cache: level, type, kib, ways and threads" in result.stderr


def test_json_says_the_same(folder):
    result = check(folder, "--json")
    data = json.loads(result.stdout)
    assert result.returncode == 0 and data["starts"] and not data["approximate"]
    assert data["machine"]["cpus"] == 4 and data["machine"]["iommus"] == 1
    motion, = data["cells"]
    assert motion == {"name": "motion", "memory": {"start": 0x1800000, "size": 1 << 24},
                      "cpus": [3], "apic_ids": [3], "devices": []}
    assert data["root"]["cpus"] == [0, 1, 2] and len(data["root"]["devices"]) == 5
    assert data["hypervisor"]["memory"]["start"] == 0x1600000


def fingerprint_of(folder):
    return re.search("^fingerprint: (hw-[0-9a-f]{16})$", check(folder).stdout, re.MULTILINE)[1]


def test_an_image_can_be_tied_to_one_machine(folder):
    mine = fingerprint_of(folder)
    text = SYSTEM.replace("version: 1\n", f"version: 1\nmachine: {{fingerprint: {mine}}}\n")
    (folder / "system.yaml").write_text(text)
    assert check(folder).returncode == 0
    # More memory is the same machine, another device is another one.
    (folder / "hw").write_text(DUMP.replace("end\n", "memory 7 0x100000000 0x10000 0xf\nend\n"))
    assert check(folder).returncode == 0
    other = "\n".join(line for line in LINES if not line.startswith("pci 00:1f.3")) + "\n"
    (folder / "hw").write_text(other)
    theirs = fingerprint_of(folder)
    assert theirs != mine
    refuse(folder, "this is another machine than the system file was made for, or it was changed: its "
                   f"fingerprint is {theirs}, the system file says {mine}")


def use_threads(folder):
    """CPUs 0 and 1 are threads of one core, 2 and 3 of another."""
    text = DUMP
    for number in range(4):
        text = text.replace(f"cpu {number} package 0 core {number} thread 0",
                            f"cpu {number} package 0 core {number // 2} thread {number % 2}")
    (folder / "hw").write_text(text)


def test_a_cell_that_shares_a_core_gets_a_warning(folder):
    use_threads(folder)
    result = check(folder)
    assert result.returncode == 0
    assert result.stderr == \
        "hw: warning: cell motion: its CPU 3 shares a core with CPU 2 of cell root, which slows it down " \
        "and can watch it; say 'isolated: core', or switch SMT off in the firmware set-up\n"
    (folder / "system.yaml").write_text(SYSTEM.replace("cpus: 1", "cpus: 1, isolated: core"))
    result = check(folder)
    assert (result.returncode, result.stderr) == (0, "")
    assert "cell motion: memory=0x1800000-0x27fffff cpus=2-3\n" in result.stdout


def function(text, place, *, like="00:1f.2", identity="", acs=0, express=False, bridge=None):
    """Add a PCI function to a dump: another one with some registers changed."""
    words = next(line.split() for line in LINES if line.startswith(f"pci {like} "))
    words[1], words[3] = place, str(acs)
    words[5:11] = ["0x0"] * 6
    config = bytearray.fromhex(words[11])
    config[0x10:0x28] = bytes(24)
    if identity:
        config[0:4] = bytes.fromhex(identity)
    if bridge:
        config[0x0e], config[0x18:0x1b] = 1, bytes([0, *bridge])
    config[0x06] |= 0x10
    config[0x34] = 0x80 if express else 0
    config[0x80:0x82] = b"\x10\x00"
    words[11] = config.hex()
    return text.replace("end\n", " ".join(words) + "\nend\n")


@pytest.mark.parametrize("acs, warned", [((0, 0), True), ((0, 1), True), ((1, 0), False)])
def test_devices_behind_one_switch_need_acs(folder, acs, warned):
    text = function(DUMP, "00:03.0", express=True, bridge=(1, 4))      # root port
    text = function(text, "01:00.0", express=True, bridge=(2, 4))      # switch, with two ports
    text = function(text, "02:00.0", express=True, acs=acs[0], bridge=(3, 3))
    text = function(text, "02:01.0", express=True, acs=acs[1], bridge=(4, 4))
    text = function(text, "03:00.0", express=True, identity="34125678")
    text = function(text, "04:00.0", express=True)
    (folder / "hw").write_text(text)
    (folder / "system.yaml").write_text(SYSTEM.replace("16M}", '16M, devices: ["03:00.0"]}'))
    result = check(folder)
    assert result.returncode == 0, result.stdout
    assert ("cell motion: its device 03:00.0 can reach 04:00.0 of cell root" in result.stderr) == warned


@pytest.mark.parametrize("acs", [0, 1])
def test_functions_of_one_device_need_acs(folder, acs):
    text = function(DUMP, "00:03.0", express=True, acs=acs).replace("pci 00:03.0", "pci 00:03.0")
    lines = [line.split() for line in text.splitlines() if line.startswith("pci 00:03.0")]
    config = bytearray.fromhex(lines[0][11])
    config[0x0e] = 0x80  # more than one function
    text = text.replace(lines[0][11], config.hex())
    (folder / "hw").write_text(function(text, "00:03.1", express=True))
    (folder / "system.yaml").write_text(SYSTEM.replace("16M}", '16M, devices: ["00:03.0"]}'))
    result = check(folder)
    assert result.returncode == 0, result.stdout
    assert ("its device 00:03.0 can reach 00:03.1 of cell root" in result.stderr) == (acs == 0)


def refuse(folder, sentence, *arguments):
    result = check(folder, *arguments)
    assert (result.returncode, result.stderr) == (3, "")
    assert result.stdout.splitlines()[-1] == f"cannot start: {sentence}"
    data = json.loads(check(folder, "--json", *arguments).stdout)
    assert not data["starts"] and data["reason"] == sentence and "cells" not in data


def test_a_machine_that_does_not_fit_gives_the_sentence_and_3(folder):
    (folder / "system.yaml").write_text(SYSTEM.replace("cpus: 1", "cpus: 4").replace(
        "memory: 16M", "memory: 16M, address: 0"))
    refuse(folder, "machine has 4 CPUs, cells want 4 and the root cell at least 1: take fewer CPUs "
                   "in the system file or switch more on in the firmware set-up")
    (folder / "system.yaml").write_text(SYSTEM.replace("16M", "2048M"))
    refuse(folder, "no memory for motion (0x80000000 bytes): give the cells less memory")


def test_a_machine_without_iommu(folder):
    (folder / "hw").write_text("\n".join(
        line for line in LINES if not line.startswith(("table DMAR", "iommu "))) + "\n")
    refuse(folder, "no IOMMU (the firmware has neither a DMAR nor an IVRS table): enable VT-d in the "
                   "firmware set-up, or say iommu: off in the system file, for development only")
    result = check(folder, "--set", "iommu=off")
    assert result.returncode == 0 and "interrupts=0/0" in result.stdout


def test_a_record_of_linux_is_called_an_approximation(folder):
    (folder / "hw").write_text(DUMP.replace("source firmware", "source linux"))
    result = check(folder)
    assert result.returncode == 0
    assert "hw: warning: it was recorded under Linux" in result.stderr


def line_of(start):
    return next(i for i, line in enumerate(LINES) if line.startswith(start))


def changed(start, old, new):
    i = line_of(start)
    assert old in LINES[i]
    return "\n".join([*LINES[:i], LINES[i].replace(old, new, 1), *LINES[i + 1:]]) + "\n", i + 1


AGAIN = "record the machine again"

@pytest.mark.parametrize("start, old, new, message", [
    ("bulkhead-hw", "bulkhead-hw", "something", f"this is not a hardware dump; {AGAIN}"),
    ("bulkhead-hw", "1", "2", "the dump has version 2, this mkimage reads version 1; record it with "
                              "the image of the same build"),
    ("source", "firmware", "hearsay", f"the source is neither 'firmware' nor 'linux'; {AGAIN}"),
    ("cpuid", "0x60fb1", "60fb1", f"expected the maker and the signature of the CPU; {AGAIN}"),
    ("cpuid", "AuthenticAMD", "AuthenticAMDAMD",
     f"expected the maker and the signature of the CPU; {AGAIN}"),
    ("faults", "0x0", "0x100000000", f"expected the faults of the CPUs; {AGAIN}"),
    ("gigabyte", "1", "2", f"expected 0 or 1; {AGAIN}"),
    ("cpu 1", "core", "kern", f"expected a CPU: APIC id, package, core and thread; {AGAIN}"),
    ("cpu 1", "cpu 1", "cpu 0", f"two CPUs have the same APIC id; {AGAIN}"),
    ("address-end", "0x10000000000", "0x1000",
     f"expected the end of all addresses, a multiple of 2 MiB from 4 GiB to 2^52; {AGAIN}"),
    ("memory 7", "0x1000", "0x1001", f"expected memory: type, address, pages and attributes; {AGAIN}"),
    ("memory 7", "0xf", "0xf 0", f"the line goes on where it should end; {AGAIN}"),
    ("memory 7", "memory", "memorial", f"the line begins with no word that is known; {AGAIN}"),
    ("table APIC", "APIC", "SLIT", f"this ACPI table is not known; {AGAIN}"),
    ("table APIC", " 4150", " 41500", f"expected the bytes of a table; {AGAIN}"),
    ("table APIC", " 4150", " 4g50", f"expected the bytes of a table; {AGAIN}"),
    ("table APIC", " 4150", " 4151",
     f"the ACPI table is damaged: its length or its checksum is wrong; {AGAIN}"),
    ("ioapic", "24", "257", f"expected an I/O APIC: address, id, and 1 to 256 pins; {AGAIN}"),
    ("iommu", " 0xf00f4a", "", f"expected an IOMMU: address and two capability registers; {AGAIN}"),
    ("pci 00:01.0", "00:01.0", "00:00.0", f"this PCI function stands here twice; {AGAIN}"),
    ("pci 00:01.0", "00:01.0", "00:21.0",
     f"expected a PCI function: address, ACS, sizes of six BARs, and 256 bytes; {AGAIN}"),
    ("pci 00:01.0", "0x1000000", "0x1000001",
     f"expected a PCI function: address, ACS, sizes of six BARs, and 256 bytes; {AGAIN}"),
    ("pci 00:01.0", "34121111", "341211",
     f"expected a PCI function: address, ACS, sizes of six BARs, and 256 bytes; {AGAIN}"),
])
def test_each_wrong_line_is_told(folder, start, old, new, message):
    text, line = changed(start, old, new)
    (folder / "hw").write_text(text)
    result = check(folder)
    assert (result.returncode, result.stderr) == (1, f"hw:{line}:1: error: {message}\n")


@pytest.mark.parametrize("start, message", [
    ("end", rf"hw:\d+:1: error: the dump ends in the middle, without a line 'end'; {AGAIN}\n"),
    ("cpuid", rf"hw:\d+:1: error: lines are missing: source, cpuid, cpu, address-end or memory; {AGAIN}\n"),
    ("iommu", r"hw: error: there is no line for the IOMMU at 0xfed90000; .*\n"),
    ("ioapic", r"hw: error: there is no line for the I/O APIC at 0xfec00000; .*\n"),
])
def test_missing_lines_are_told(folder, start, message):
    i = line_of(start)
    (folder / "hw").write_text("\n".join(LINES[:i] + LINES[i + 1:]) + "\n")
    result = check(folder)
    assert result.returncode == 1 and re.fullmatch(message, result.stderr), result.stderr


def test_a_dump_cut_anywhere_is_refused(folder):
    # Every 97th byte: each line is cut somewhere.
    for size in range(0, len(DUMP) - len("end\n"), 97):
        (folder / "hw").write_text(DUMP[:size])
        result = check(folder)
        assert result.returncode == 1 and result.stderr.startswith("hw:"), size


def test_cpus_of_linux_come_in_the_order_of_the_madt(folder):
    cpus = [line for line in LINES if line.startswith("cpu ")]
    shuffled = [cpus[0], cpus[3], cpus[1], cpus[2]]
    rest = [line.replace("source firmware", "source linux") for line in LINES if line not in cpus]
    (folder / "hw").write_text("\n".join([*rest[:-1], *shuffled, rest[-1]]) + "\n")
    assert json.loads(check(folder, "--json").stdout)["cells"][0]["apic_ids"] == [3]
    (folder / "hw").write_text("\n".join([*rest[:-1], *shuffled[:-1], rest[-1]]) + "\n")
    result = check(folder)
    assert result.returncode == 1
    assert "a CPU of the ACPI table APIC has no line; switch all CPUs on" in result.stderr


def test_a_stub_without_hypervisor_is_refused(folder):
    (folder / "stub.efi").write_bytes(stub())
    result = check(folder)
    assert result.returncode == 1
    assert "has no hypervisor inside; build it again" in result.stderr


@pytest.mark.parametrize("arguments, message", [
    (("--json",), "this option needs --hw: --json"),
    (("--stub", "stub.efi"), "this option needs --hw: --stub"),
    (("--hw", "hw", "--release"), "an image is checked as it is, without --release"),
    (("--hw", "hw", "--set", "iommu=off"), "an image is checked as it is, without --set"),
])
def test_options_that_do_not_fit_together(folder, arguments, message):
    build(folder)
    what = "image.efi" if "--hw" in arguments else "system.yaml"
    result = run(folder, "check", what, *arguments)
    assert (result.returncode, result.stderr) == \
        (2, f"mkimage: error: {message}; see mkimage check --help\n")


def test_a_dump_that_cannot_be_read(folder):
    (folder / "hw").unlink()
    result = check(folder)
    assert result.returncode == 1
    assert result.stderr == "hw: error: cannot read the hardware dump: No such file or directory\n"
