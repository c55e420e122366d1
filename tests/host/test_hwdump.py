# SPDX-License-Identifier: BSD-2-Clause
"""tools/bulkhead-hwdump on a made-up /proc and /sys: it finds what the image itself recorded."""

import shutil
import subprocess

import pytest
from mkimage_files import ROOT, make_folder, run
from test_hw import DUMP, LINES, stub_with_hypervisor

SCRIPT = ROOT / "tools" / "bulkhead-hwdump"
SHELLS = [shell for shell in (("dash",), ("busybox", "sh"), ("bash", "--posix"))
          if shutil.which(shell[0])]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, bytes):
        path.write_bytes(text)
    else:
        path.write_text(text)


def words_of(start):
    return [line.split() for line in LINES if line.startswith(start + " ")]


def make_cpus(root, flags="fpu lm nx svm npt pdpe1gb"):
    text = ""
    for number, words in enumerate(words_of("cpu")):
        text += (f"processor\t: {number}\nvendor_id\t: AuthenticAMD\ncpu family\t: 15\nmodel\t\t: 107\n"
                 f"model name\t: made up\nstepping\t: 1\nflags\t\t: {flags}\napicid\t\t: {words[1]}\n\n")
        topology = root / "sys/devices/system/cpu" / f"cpu{number}" / "topology"
        write(topology / "physical_package_id", words[3] + "\n")
        write(topology / "core_id", words[5] + "\n")
    write(root / "proc/cpuinfo", text)


def make_memory(root):
    kinds = {"0": "Reserved", "7": "System RAM", "9": "ACPI Tables", "10": "ACPI Non-volatile Storage"}
    for number, words in enumerate(words_of("memory")):
        start, pages = int(words[2], 16), int(words[3], 16)
        entry = root / "sys/firmware/memmap" / str(number)
        write(entry / "start", f"{start:#x}\n")
        write(entry / "end", f"{start + pages * 4096 - 1:#x}\n")
        write(entry / "type", kinds.get(words[1], "System RAM") + "\n")
    write(root / "proc/iomem", "00001000-0009ffff : System RAM\n  00001000-00001fff : part\n"
                               "380000000000-383fffffffff : PCI Bus 0000:00\n")


def make_devices(root):
    for words in words_of("pci"):
        device = root / "sys/bus/pci/devices" / f"0000:{words[1]}"
        config = bytes.fromhex(words[11])
        rows = ""
        for i, size in enumerate(words[5:11]):
            start = int.from_bytes(config[0x10 + 4 * i:0x14 + 4 * i], "little") & ~0xf
            rows += f"{start:#018x} {start + int(size, 16) - 1:#018x} 0x0000000000040200\n" \
                if int(size, 16) else "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
        write(device / "resource", rows + "0x0 0x0 0x0\n" * 7)
        write(device / "config", config)
    for words in words_of("iommu"):
        unit = root / "sys/class/iommu/dmar0/intel-iommu"
        for name, value in zip(("address", "cap", "ecap"), words[1:]):
            write(unit / name, value[2:] + "\n")


@pytest.fixture
def machine(tmp_path):
    root = tmp_path / "machine"
    make_cpus(root)
    make_memory(root)
    make_devices(root)
    for words in words_of("table"):
        write(root / "sys/firmware/acpi/tables" / words[1], bytes.fromhex(words[2]))
    return root


def record(machine, shell=("sh",)):
    result = subprocess.run([*shell, SCRIPT, "--root", machine], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert (result.returncode, result.stderr) == (0, ""), result
    return result.stdout


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_it_records_what_the_image_records(machine, shell):
    text = record(machine, shell)
    same = [line for line in LINES if line.split()[0] in
            ("bulkhead-hw", "cpuid", "faults", "gigabyte-pages", "cpu", "table", "iommu", "ioapic",
             "pci", "end")]
    found = text.splitlines()
    assert [line for line in same if line not in found] == []
    assert "source linux" in found and "address-end 0x384000000000" in found
    assert "memory 7 0x1500000 0x3aa5d 0xf" in found and "memory 10 0x800000 0x8 0xf" in found


def test_mkimage_reads_it(machine, tmp_path):
    folder = make_folder(tmp_path)
    (folder / "stub.efi").write_bytes(stub_with_hypervisor())
    (folder / "hw").write_text(record(machine))
    result = run(folder, "check", "system.yaml", "--hw", "hw", "--stub", "stub.efi")
    assert result.returncode == 0, result
    assert result.stderr.startswith("hw: warning: it was recorded under Linux")
    assert "layout: cell motion: memory=0x1" in result.stdout


@pytest.mark.parametrize("flags, faults", [
    ("lm nx svm npt", "0x0"), ("lm nx vmx", "0x0"), ("lm nx", "0x4"), ("lm nx svm", "0x20"),
    ("vmx", "0x3"),
])
def test_what_cpus_lack_is_seen(machine, flags, faults):
    make_cpus(machine, flags)
    text = record(machine)
    assert f"\nfaults {faults}\n" in text and "\ngigabyte-pages 0\n" in text


def test_threads_of_a_core_are_counted(machine):
    for number in range(4):
        write(machine / f"sys/devices/system/cpu/cpu{number}/topology/core_id", f"{number // 2}\n")
    assert "cpu 3 package 0 core 1 thread 1\n" in record(machine)


def test_caches_of_the_first_cpu_are_recorded(machine):
    for number, texts in enumerate((("1", "Data", "32K", "8", "0-1,8-9"), ("3", "Unified", "8192K", "16", "0"))):
        index = machine / f"sys/devices/system/cpu/cpu0/cache/index{number}"
        for name, text in zip(("level", "type", "size", "ways_of_associativity", "shared_cpu_list"), texts):
            write(index / name, text + "\n")
    assert "\ncache 1 data kib 32 ways 8 threads 4\n" \
           "cache 3 unified kib 8192 ways 16 threads 1\n" in record(machine)


def test_acs_is_found_behind_other_capabilities(machine):
    device = machine / "sys/bus/pci/devices/0000:00:1f.2"
    space = bytearray((device / "config").read_bytes() + bytes(4096 - 256))
    space[0x100:0x104] = (0x0001 | 1 << 16 | 0x148 << 20).to_bytes(4, "little")
    space[0x148:0x14e] = (0x000d | 1 << 16).to_bytes(4, "little") + b"\x1f\x00"
    (device / "config").write_bytes(space)
    assert "\npci 00:1f.2 acs 1 bars " in record(machine)
    space[0x14c] = 0x13
    (device / "config").write_bytes(space)
    assert "\npci 00:1f.2 acs 0 bars " in record(machine)


def test_without_memmap_the_ram_comes_from_iomem(machine):
    shutil.rmtree(machine / "sys/firmware/memmap")
    assert [line for line in record(machine).splitlines() if line.startswith("memory")] == \
        ["memory 7 0x1000 0x9f 0xf"]


def test_addresses_that_are_hidden_end_it(machine):
    write(machine / "proc/iomem", "00000000-00000000 : System RAM\n")
    result = subprocess.run(["sh", SCRIPT, "--root", machine], text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert result.returncode == 1
    assert result.stderr.endswith("/proc/iomem shows no addresses: run this as root\n")


def test_help_and_wrong_arguments():
    assert subprocess.run([SCRIPT, "--help"], check=True, stdout=subprocess.PIPE).stdout
    assert subprocess.run([SCRIPT, "now"], check=False, stderr=subprocess.PIPE).returncode == 2
    assert DUMP.endswith("end\n")
