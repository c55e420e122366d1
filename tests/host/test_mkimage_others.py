# SPDX-License-Identifier: BSD-2-Clause
"""Other people's tools see in an image what `mkimage inspect` sees; each runs where it exists.

tools/check-uki sets CHECK_UKI to the image to look at; then no tool may be missing.
"""

import hashlib
import json
import os
import re
import shutil
import subprocess

import pytest
from mkimage_files import build, make_folder, run


CHECKED = os.environ.get("CHECK_UKI")


@pytest.fixture
def image(tmp_path):
    if not CHECKED:
        return build(make_folder(tmp_path))
    shutil.copy(CHECKED, tmp_path / "image.efi")
    return tmp_path / "image.efi"


def leave_out(why):
    assert not CHECKED, why
    pytest.skip(why)


def tool(*command):
    if not shutil.which(command[0]):
        leave_out(f"{command[0]} is not installed")
    result = subprocess.run(list(map(str, command)), text=True, check=False,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # systemd before 253 has no such command; the tool then cannot say anything about images.
    if re.search(r"Unknown (command )?verb|Unknown operation", result.stdout):
        leave_out(f"{command[0]} is too old for '{command[1]}'")
    assert result.returncode == 0, result.stdout
    return result.stdout


def inspected(image):
    return json.loads(run(image.parent, "inspect", "--json", image).stdout)


def test_objdump_agrees(image):
    rows = re.findall(r"^ +\d+ (\S+) +(\w+) +(\w+) +\w+ +(\w+) +\S+\n +(.*)$",
                      tool("objdump", "-h", image), re.MULTILINE)
    seen = [(name, int(address, 16), int(offset, 16), "CODE" in flags, "READONLY" not in flags)
            for name, _, address, offset, flags in rows]
    assert seen == [(s["name"], s["address"], s["file_offset"], s["executable"], s["writable"])
                    for s in inspected(image)["sections"]]
    # objdump's size is that of the file for .text of this stub, and of memory for all of ours.
    for section, (_, size, *_) in zip(inspected(image)["sections"], rows):
        assert int(size, 16) in (section["size"], section["file_size"])


def test_ukify_agrees(image):
    seen = json.loads(tool("ukify", "inspect", image, "--json=short"))
    assert {".osrel", ".uname", ".cmdline", ".initrd", ".linux", ".sbat"} <= set(seen)
    last = len(inspected(image)["profiles"]) - 1  # of several of one name, ukify shows this
    for name, section in seen.items():
        part = f"@{last}" if name == ".profile" else name
        assert run(image.parent, "extract", image, part, "-o", "part").returncode == 0
        data = (image.parent / "part").read_bytes()
        assert section["size"] == len(data)
        assert section["sha256"] == hashlib.sha256(data).hexdigest()


def test_bootctl_agrees(image):
    assert tool("bootctl", "kernel-identify", image).strip() == "uki"
    seen = dict(re.findall(r"^ *([\w ]+): (.*)$", tool("bootctl", "kernel-inspect", image), re.MULTILINE))
    assert seen["Kernel Type"] == "uki"
    assert seen["Cmdline"] == inspected(image)["cmdline"]
    assert seen["Version"] == inspected(image)["kernel"]
    assert seen["OS"].startswith("Bulkhead ")


def test_sbverify_finds_the_signature_and_no_other(image):
    assert "No signature table present" in tool("sbverify", "--list", image)
    if not shutil.which("openssl"):
        leave_out("openssl is not installed")
    folder = image.parent
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=signer",
                    "-keyout", folder / "key", "-out", folder / "crt"], check=True,
                   stderr=subprocess.DEVNULL)
    assert run(folder, "sign", image, "--key", "key", "--cert", "crt", "-o", "signed").returncode == 0
    listing = tool("sbverify", "--list", folder / "signed")
    assert re.findall(r"^signature (\d+)$", listing, re.MULTILINE) == ["1"]
    assert "CN=signer" in listing
