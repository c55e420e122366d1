# SPDX-License-Identifier: BSD-2-Clause
"""guests/linux/mkinitrd: the archive as cpio reads it, and its sameness."""

import lzma
import pathlib
import subprocess

import pytest

MKINITRD = pathlib.Path(__file__).resolve().parents[2] / "guests" / "linux" / "mkinitrd"


@pytest.fixture
def kernel(tmp_path):
    """A folder of modules like a kernel package's: two modules, one compressed, one built in."""
    folder = tmp_path / "modules"
    (folder / "kernel").mkdir(parents=True)
    (folder / "kernel" / "low-part.ko.xz").write_bytes(lzma.compress(b"ELF\0depends=\0"))
    (folder / "kernel" / "high.ko").write_bytes(b"ELF\0depends=low-part\0")
    (folder / "modules.builtin").write_text("kernel/fs/inside.ko\n")
    return folder


def pack(kernel, names, output):
    kernel.with_name("list").write_text(names)
    init = kernel.with_name("init")
    init.write_text("#!/bin/sh\n")
    return subprocess.run(
        [MKINITRD, "--init", init, "--busybox", init, "--modules", kernel,
         "--module-list", kernel.with_name("list"), "-o", output],
        check=False, capture_output=True, text=True)


def members(archive):
    """Names and contents in a newc archive."""
    data = archive.read_bytes()
    found, at = {}, 0
    while True:
        assert data[at:at + 6] == b"070701"
        size, name_size = (int(data[at + n:at + n + 8], 16) for n in (54, 94))
        name = data[at + 110:at + 110 + name_size - 1].decode()
        start = (at + 110 + name_size + 3) & ~3
        if name == "TRAILER!!!":
            return found
        found[name] = data[start:start + size]
        at = (start + size + 3) & ~3


def test_modules_are_loaded_after_what_they_depend_on(kernel, tmp_path):
    assert pack(kernel, "high  # comment\n", tmp_path / "initrd").returncode == 0
    found = members(tmp_path / "initrd")
    assert found["modules/order"] == b"low_part\nhigh\n"
    assert found["modules/low_part.ko"] == b"ELF\0depends=\0"
    assert "dev/console" in found and found["init"] == b"#!/bin/sh\n"


def test_built_in_modules_are_left_out(kernel, tmp_path):
    assert pack(kernel, "inside\n", tmp_path / "initrd").returncode == 0
    assert members(tmp_path / "initrd")["modules/order"] == b""


def test_an_unknown_module_is_an_error_that_names_it(kernel, tmp_path):
    result = pack(kernel, "nowhere\n", tmp_path / "initrd")
    assert result.returncode == 1
    assert "no module nowhere" in result.stderr


def test_the_same_input_gives_the_same_bytes(kernel, tmp_path):
    pack(kernel, "high\n", tmp_path / "one")
    (kernel / "kernel" / "high.ko").touch()
    pack(kernel, "high\n", tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()
