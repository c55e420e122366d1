# SPDX-License-Identifier: BSD-2-Clause
"""Small files that mkimage takes for a stub, a kernel and a cell; and how to run it."""

import os
import pathlib
import struct
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
MKIMAGE = ROOT / os.environ.get("BULKHEAD_OUT", "out") / "mkimage"

SYSTEM = """version: 1
root: {kernel: kernel, initrd: initrd, cmdline: "root=/dev/sda1"}
cells:
  - {name: motion, boot: elf64, image: cell.elf, cpus: 1, memory: 16M}
"""


def put(data, at, layout, *values):
    struct.pack_into("<" + layout, data, at, *values)


def stub():
    """A PE32+ EFI application with .text, .data and .reloc, as tests/host/make_pe.h builds it."""
    image = bytearray(0x1200)
    coff, optional = 0x80, 0x98
    put(image, 0, "H", 0x5a4d)
    put(image, 0x3c, "I", coff)
    put(image, coff, "IHHIIIHH", 0x4550, 0x8664, 3, 0, 0, 0, 112 + 16 * 8, 0x206)
    put(image, optional, "H", 0x20b)
    put(image, optional + 16, "I", 0x1004)
    put(image, optional + 32, "II", 4096, 512)
    put(image, optional + 56, "II", 0x6000, 0x400)
    put(image, optional + 68, "HH", 10, 0x100)
    put(image, optional + 108, "I", 16)
    put(image, optional + 112 + 5 * 8, "II", 0x5000, 0xc)
    put(image, 0x1000, "II", 0x1000, 0xc)
    rows = ((b".text", 0x7f0, 0x1000, 0x800, 0x400, 0x60000020),
            (b".data", 0x3000, 0x2000, 0x400, 0xc00, 0xc0000040),
            (b".reloc", 0xc, 0x5000, 0x200, 0x1000, 0x42000040))
    for i, (name, size, address, raw, offset, flags) in enumerate(rows):
        put(image, optional + 112 + 16 * 8 + 40 * i, "8sIIIIIIHHI", name, size, address, raw, offset,
            0, 0, 0, 0, flags)
    return bytes(image)


def kernel():
    image = bytearray(0xc00)
    put(image, 0x1f1, "B", 1)
    put(image, 0x1f4, "I", 0x80)
    put(image, 0x1fe, "H", 0xaa55)
    put(image, 0x202, "4sH", b"HdrS", 0x20f)
    put(image, 0x20e, "H", 0x100)
    put(image, 0x211, "B", 1)
    put(image, 0x230, "IBxHI", 0x200000, 1, 0x7f, 2047)
    put(image, 0x260, "I", 0x100000)
    put(image, 0x300, "20s", b"6.1.0-test (a@b) #1")
    return bytes(image)


def cell():
    elf = bytearray(0x300)
    put(elf, 0, "4sBBB9xHHIQQ", b"\x7fELF", 2, 1, 1, 2, 62, 1, 0x200010, 64)
    put(elf, 52, "HHH", 64, 56, 1)
    put(elf, 64, "IIQQQQQ", 1, 5, 0x100, 0x200000, 0x200000, 0x100, 0x100)
    return bytes(elf)


def make_folder(folder, system=SYSTEM):
    """All of the above in a folder."""
    for name, data in (("stub.efi", stub()), ("kernel", kernel()), ("cell.elf", cell()),
                       ("initrd", b"0707" * 1000), ("system.yaml", system.encode())):
        (folder / name).write_bytes(data)
    return folder


def run(folder, *arguments, **options):
    return subprocess.run([MKIMAGE, *map(str, arguments)], cwd=folder, text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def build(folder, output="image.efi", *arguments):
    result = run(folder, "build", "system.yaml", "--stub", "stub.efi", "-o", output, *arguments)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return folder / output
