# SPDX-License-Identifier: BSD-2-Clause
"""mkimage from outside: its commands, exit status, and what it leaves behind when it fails."""

import json
import os
import pty
import re
import resource
import shutil
import signal
import subprocess

import pytest
from mkimage_files import MKIMAGE, ROOT, SYSTEM, build, cell, kernel, make_folder, run

COMMANDS = ("init", "check", "build", "inspect", "extract", "disk", "sign", "verify")
MIB = 1 << 20


@pytest.fixture
def folder(tmp_path):
    return make_folder(tmp_path)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help(folder, command):
    result = run(folder, command, "--help")
    assert result.returncode == 0 and result.stderr == ""
    assert result.stdout.startswith(f"usage: mkimage {command}")
    assert f"\n{command} " in run(folder, "--help").stdout


@pytest.mark.parametrize("arguments, message", [
    ((), "no command is given"),
    (("bulid",), "unknown command bulid"),
    (("build", "system.yaml"), "an option is missing: -o"),
    (("build", "-o", "x"), "no file is given: FILE.yaml"),
    (("build", "system.yaml", "-o"), "this option has no value: -o"),
    (("build", "system.yaml", "-o", "x", "--output=y"), "this option stands here twice: --output"),
    (("build", "system.yaml", "more", "-o", "x"), "there is one operand too many: more"),
    (("build", "system.yaml", "-o", "x", "--set", "iommu=maybe"),
     "--set iommu: 'maybe' is not known; write one of: required, off"),
    (("build", "system.yaml", "-o", "x", "--release=yes"),
     "this option takes no value: --release=yes"),
    (("check", "system.yaml", "-o", "x"), "unknown option: -o"),
    (("check", "--json", "system.yaml"), "this option needs --hw: --json"),
    (("inspect",), "no file is given: IMAGE.efi"),
    (("extract", "image.efi", "-o", "x"), "no name of a section or cell is given"),
    (("sign", "stub.efi", "-o", "x", "--cert", "c"), "an option is missing: --key"),
    (("verify", "stub.efi"), "an option is missing: --cert"),
    (("init", "file"), "there is one operand too many: file"),
])
def test_a_wrong_command_line_ends_with_2(folder, arguments, message):
    result = run(folder, *arguments)
    command = f"{arguments[0]} " if arguments and arguments[0] in COMMANDS else ""
    assert result.stderr == f"mkimage: error: {message}; see mkimage {command}--help\n"
    assert (result.returncode, result.stdout) == (2, "")


def test_a_file_may_begin_with_a_dash(folder):
    (folder / "-x.yaml").write_text(SYSTEM)
    assert run(folder, "check", "--", "-x.yaml").returncode == 0
    assert run(folder, "check", "-x.yaml").returncode == 2


def test_what_goes_in_comes_out_of_the_image(folder):
    image = build(folder)
    for name, data in ((".linux", kernel()), (".initrd", b"0707" * 1000), ("motion", cell()),
                       (".cmdline", b"root=/dev/sda1"), (".uname", b"6.1.0-test"),
                       ("@1", b'ID=linux\nTITLE="Linux alone, no partitions"\n')):
        assert run(folder, "extract", image, name, "-o", "part").returncode == 0
        assert (folder / "part").read_bytes() == data


@pytest.mark.parametrize("name, why", [
    (".nope", "it has no section of that name"),
    (".profile", "it has several: they are called @0, @1 and so on"),
    ("@70", "it has no profile of that number"),
    ("@", "profiles are called @0, @1 and so on"),
    ("@0x1", "profiles are called @0, @1 and so on"),
    ("@4294967296", "profiles are called @0, @1 and so on"),
    ("nope", "it has no cell of that name; names of sections begin with a dot"),
])
def test_extract_says_what_is_not_there(folder, name, why):
    build(folder)
    result = run(folder, "extract", "image.efi", name, "-o", "part")
    assert result.stderr == f"image.efi: error: cannot take {name} from it: {why}\n"
    assert result.returncode == 1 and not (folder / "part").exists()


def test_json_says_what_the_table_says(folder):
    (folder / "system.yaml").write_text(SYSTEM.replace("cpus: 1", "cpus: [3], args: 'a \"b\\'"))
    build(folder)
    result = run(folder, "inspect", "--json", "image.efi")
    found = json.loads(result.stdout)
    table = run(folder, "inspect", "image.efi").stdout
    assert result.returncode == 0 and found["sound"] and found["problems"] == []
    assert found["kernel"] == "6.1.0-test" and found["cmdline"] == "root=/dev/sda1"
    assert [profile["id"] for profile in found["profiles"]][:2] == ["partitioned", "linux"]
    assert re.findall(r"^profile @(\d+): (\w+) \((.*)\)$", table, re.MULTILINE) == [
        (str(i), profile["id"], profile["title"]) for i, profile in enumerate(found["profiles"])]
    assert found["machine"] == {"iommu": "required", "on_failure": "linux", "console": "com1"}
    assert found["cells"][0]["cpu_list"] == [3] and found["cells"][0]["args"] == 'a "b\\'
    rows = re.findall(r"^(\.\S+) +0x(\w+) +0x(\w+) +0x(\w+)  r(.)(.)$", table, re.MULTILINE)
    assert rows == [(s["name"], f"{s['address']:08x}", f"{s['size']:08x}",
                     f"{s['file_offset']:08x}", "w" if s["writable"] else "-",
                     "x" if s["executable"] else "-") for s in found["sections"]]
    assert len(rows) > 8


def test_json_of_a_damaged_image_names_the_problem(folder):
    data = bytearray(build(folder).read_bytes())
    data[data.index(b"07070707")] ^= 1
    (folder / "image.efi").write_bytes(data)
    result = run(folder, "inspect", "--json", "image.efi")
    found = json.loads(result.stdout)
    assert result.returncode == 1 and not found["sound"]
    assert found["problems"] == [
        ".initrd has a wrong checksum; the image is damaged, build it again"]
    (folder / "image.efi").write_bytes(b"MZ")
    found = json.loads(run(folder, "inspect", "--json", "image.efi").stdout)
    assert found["problems"] == ["this is no EFI application: it ends before its headers say so"]


def test_release_refuses_what_the_command_line_sets(folder):
    result = run(folder, "build", "system.yaml", "--stub", "stub.efi", "-o", "image.efi",
                 "--release", "--set", "iommu=off")
    assert result.returncode == 1 and not (folder / "image.efi").exists()
    assert result.stderr.startswith("system.yaml: error: machine.iommu: 'off' is not for a release")
    build(folder, "image.efi", "--release")


def limit_files(size):
    """What a full disk does, without a disk: writing above this size fails."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.parametrize("command", [
    ("build", "system.yaml", "--stub", "stub.efi", "-o", "target"),
    ("disk", "image.efi", "-o", "target"),
    ("extract", "image.efi", ".initrd", "-o", "target"),
])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(folder, command):
    build(folder)
    (folder / "target").write_text("old")
    before = names(folder)
    result = run(folder, *command, preexec_fn=limit_files(2000))
    assert result.returncode == 1
    assert re.fullmatch(r"target: error: cannot write the (image|disk|file): File too large\n",
                        result.stderr)
    assert (folder / "target").read_text() == "old" and names(folder) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_full_file_system_leaves_the_old_file_and_nothing_else(folder):
    small = folder / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "none", small],
                      check=False, stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("no tmpfs can be mounted here")
    try:
        (small / "image.efi").write_text("old")
        result = run(folder, "build", "system.yaml", "--stub", "stub.efi", "-o", "small/image.efi")
        assert result.returncode == 1 and "No space left on device" in result.stderr
        assert (small / "image.efi").read_text() == "old" and names(small) == ["image.efi"]
    finally:
        subprocess.run(["umount", small], check=True)


def test_an_interrupted_build_leaves_nothing(folder):
    """The payload is large enough that Ctrl-C comes while it is packed."""
    with open(folder / "initrd", "wb") as file:
        file.truncate(900 * MIB)
    for _ in range(20):
        process = subprocess.Popen([MKIMAGE, "build", "system.yaml", "--stub", "stub.efi", "-o", "image"],
                                   cwd=folder)
        while process.poll() is None and not list(folder.glob("image.*")):
            pass
        process.send_signal(signal.SIGINT)
        status = process.wait()
        if status != 0:
            break
        (folder / "image").unlink()  # it was ready before we came to stop it
    assert status == -signal.SIGINT
    assert not list(folder.glob("image*"))


def peak_memory(folder, size, *command):
    """KiB that mkimage needed with an initrd of this size."""
    with open(folder / "initrd", "wb") as file:
        file.truncate(size)
    with open(folder / "peak", "w+") as file:
        subprocess.run(["/usr/bin/env", "python3", "-c",
                        "import resource, subprocess, sys\n"
                        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)\n"
                        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                        MKIMAGE, *command], cwd=folder, stdout=file, check=True)
        file.seek(0)
        return int(file.read())


def test_memory_does_not_grow_with_the_payload(folder):
    for command in (("build", "system.yaml", "--stub", "stub.efi", "-o", "image.efi"),
                    ("inspect", "image.efi"), ("extract", "image.efi", ".initrd", "-o", "part"),
                    ("disk", "image.efi", "-o", "disk.img")):
        def measure(size):
            if command[0] != "build":
                with open(folder / "initrd", "wb") as file:
                    file.truncate(size)
                build(folder)
            return peak_memory(folder, size, *command)
        assert measure(150 * MIB) < measure(MIB) + 4096, command


def test_progress_and_colours_are_for_terminals_only(folder):
    with open(folder / "initrd", "wb") as file:
        file.truncate(100 * MIB)
    assert build(folder)  # asserts that stderr stays empty

    def on_terminal(*command, **environment):
        leader, follower = pty.openpty()
        process = subprocess.Popen([MKIMAGE, *command], cwd=folder, stderr=follower,
                                   env={**os.environ, "TERM": "linux", **environment})
        os.close(follower)
        text = b""
        try:
            while chunk := os.read(leader, 4096):
                text += chunk
        except OSError:  # the other side is closed
            pass
        process.wait()
        os.close(leader)
        return text

    command = ("build", "system.yaml", "--stub", "stub.efi", "-o", "image.efi")
    shown = on_terminal(*command)
    assert b"mkimage: packing: 100%" in shown and shown.endswith(b"\r\x1b[K")
    (folder / "system.yaml").write_text("version: 1\n")
    assert b"\x1b[1;31merror\x1b[0m: key 'root'" in on_terminal("check", "system.yaml")
    assert b"error: key 'root'" in on_terminal("check", "system.yaml", NO_COLOR="1")


def sfdisk(*arguments):
    tool = shutil.which("sfdisk", path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if not tool:
        pytest.skip("sfdisk is not installed")
    return subprocess.run([tool, *arguments], text=True, check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT).stdout


def fat(disk):
    """The ESP of a disk image as mtools names it."""
    return f"{disk}@@1M"


def fsck(folder, disk):
    """fsck.fat wants a file of its own."""
    data = disk.read_bytes()
    (folder / "esp").write_bytes(data[MIB:-MIB])
    return subprocess.run(["/usr/sbin/fsck.fat", "-vn", folder / "esp"], text=True, check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.mark.parametrize("size", [None, "66M", "300M"])
def test_a_disk_is_what_other_tools_take_for_one(folder, size):
    image = build(folder)
    assert run(folder, "disk", "image.efi", "-o", "disk.img",
               *(["--size", size] if size else [])).returncode == 0
    disk = folder / "disk.img"
    assert disk.stat().st_size == {"300M": 300 * MIB}.get(size, 66 * MIB)
    checked = fsck(folder, disk)
    assert checked.returncode == 0, checked.stdout
    assert not re.search(r"differ|Free cluster|wrong|Auto", checked.stdout), checked.stdout
    for path in ("EFI/BOOT/BOOTX64.EFI", "EFI/Linux/image.efi"):
        subprocess.run(["mcopy", "-n", "-o", "-i", fat(disk), f"::{path}", folder / "copy"], check=True)
        assert (folder / "copy").read_bytes() == image.read_bytes()


def test_a_disk_has_a_sound_partition_table(folder):
    build(folder)
    run(folder, "disk", "image.efi", "-o", "disk.img")
    assert "No errors detected" in sfdisk("-V", str(folder / "disk.img"))
    table = json.loads(sfdisk("-J", str(folder / "disk.img")))["partitiontable"]
    assert table["label"] == "gpt" and len(table["partitions"]) == 1
    assert table["partitions"][0]["type"] == "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
    assert table["partitions"][0]["start"] == 2048


def test_a_loader_takes_the_place_of_the_image(folder):
    build(folder)
    assert run(folder, "disk", "image.efi", "-o", "disk.img", "--loader", "stub.efi").returncode == 0
    subprocess.run(["mcopy", "-n", "-i", fat(folder / "disk.img"), "::EFI/BOOT/BOOTX64.EFI",
                    folder / "copy"], check=True)
    assert (folder / "copy").read_bytes() == (folder / "stub.efi").read_bytes()
    result = run(folder, "disk", "image.efi", "-o", "disk.img", "--loader", "kernel")
    assert (result.returncode, result.stderr) == (
        1, "kernel: error: this is no EFI application: it does not begin with MZ\n")


def test_the_same_image_gives_the_same_disk(folder):
    build(folder)
    for name in ("one", "two"):
        assert run(folder, "disk", "image.efi", "-o", name).returncode == 0
    assert (folder / "one").read_bytes() == (folder / "two").read_bytes()


@pytest.mark.parametrize("name, size, status, message", [
    ("image.efi", "65M", 2, "--size is out of range; give a size from 66M to 32G: 65M"),
    ("image.efi", "100000000", 2, "--size is not a size in whole MiB, such as 512M: 100000000"),
    ("im:age.efi", "66M", 1, "FAT does not take this file name; rename it"),
    ("stub.efi", "66M", 1, ".rtcfg: it has no section of that name"),
    ("kernel", "66M", 1, "this is no EFI application"),
    ("none", "66M", 1, "cannot read the image: No such file or directory"),
])
def test_disk_says_what_it_does_not_like(folder, name, size, status, message):
    shutil.copy(build(folder), folder / "im:age.efi")
    result = run(folder, "disk", name, "-o", "disk.img", "--size", size)
    assert result.returncode == status and message in result.stderr
    assert not (folder / "disk.img").exists()


@pytest.fixture
def keys(folder):
    """Two pairs of key and certificate: good.key, good.crt, other.key, other.crt."""
    if not shutil.which("sbsign") or not shutil.which("openssl"):
        pytest.skip("sbsign or openssl is not installed")
    for name in ("good", "other"):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj",
                        f"/CN={name}", "-keyout", folder / f"{name}.key", "-out",
                        folder / f"{name}.crt"], check=True, stderr=subprocess.DEVNULL)
    return folder


def test_a_signed_image_verifies_and_an_altered_one_does_not(keys):
    build(keys)
    signed = run(keys, "sign", "image.efi", "--key", "good.key", "--cert", "good.crt", "-o", "signed.efi")
    assert signed.returncode == 0, signed.stderr
    assert run(keys, "verify", "signed.efi", "--cert", "good.crt").returncode == 0
    assert run(keys, "inspect", "signed.efi").returncode == 0
    other = run(keys, "verify", "signed.efi", "--cert", "other.crt")
    assert other.returncode == 1 and "sbverify failed with status 1" in other.stderr
    data = bytearray((keys / "signed.efi").read_bytes())
    data[0x500] ^= 1  # in .text, which no checksum of ours covers
    (keys / "signed.efi").write_bytes(data)
    assert run(keys, "verify", "signed.efi", "--cert", "good.crt").returncode == 1


def test_sign_leaves_nothing_when_it_fails(keys):
    build(keys)
    before = names(keys)
    for key, cert, message in (("good.key", "other.crt", "failed with status"),
                               ("none", "good.crt", "cannot read the key: No such file"),
                               ("good.key", "none", "cannot read the certificate: No such file")):
        result = run(keys, "sign", "image.efi", "--key", key, "--cert", cert, "-o", "signed.efi")
        assert result.returncode == 1 and message in result.stderr
        assert names(keys) == before


def test_a_missing_tool_is_named_with_its_package(folder):
    build(folder)
    (folder / "k").write_text("")
    result = run(folder, "sign", "image.efi", "--key", "k", "--cert", "k", "-o", "s",
                 env={"PATH": "/nonexistent"})
    assert result.stderr == ("image.efi: error: sbsign is not installed; install the package "
                             "sbsigntool (Debian) or sbsigntools\n")
    assert result.returncode == 1 and not (folder / "s").exists()


def test_a_damaged_image_is_not_signed(keys):
    data = bytearray(build(keys).read_bytes())
    data[data.index(b"07070707")] ^= 1
    (keys / "image.efi").write_bytes(data)
    result = run(keys, "sign", "image.efi", "--key", "good.key", "--cert", "good.crt", "-o", "s")
    assert result.returncode == 1 and ".initrd has a wrong checksum" in result.stderr
    assert not (keys / "s").exists()


@pytest.mark.parametrize("command, lost", [
    (("build", "system.yaml", "-o", "system.yaml"), "system.yaml"),
    (("build", "system.yaml", "-o", "./kernel"), "kernel"),
    (("build", "system.yaml", "-o", "link"), "cell.elf"),
    (("build", "system.yaml", "--stub", "stub.efi", "-o", "stub.efi"), "stub.efi"),
    (("extract", "image.efi", ".linux", "-o", "image.efi"), "image.efi"),
    (("disk", "image.efi", "-o", "image.efi"), "image.efi"),
    (("disk", "image.efi", "--loader", "stub.efi", "-o", "stub.efi"), "stub.efi"),
    (("sign", "image.efi", "--key", "kernel", "--cert", "cell.elf", "-o", "kernel"), "kernel"),
    (("sign", "image.efi", "--key", "kernel", "--cert", "cell.elf", "-o", "cell.elf"), "cell.elf"),
])
def test_no_input_is_overwritten(folder, command, lost):
    build(folder)
    (folder / "link").hardlink_to(folder / "cell.elf")
    stub = ("--stub", "stub.efi") if command[0] == "build" and "--stub" not in command else ()
    before, files = (folder / lost).read_bytes(), names(folder)
    result = run(folder, *command, *stub)
    assert result.stderr.endswith("error: this is an input, which would be lost; choose another "
                                  "name for the output\n")
    assert result.returncode == 1 and (folder / lost).read_bytes() == before
    assert names(folder) == files


def test_init_overwrites_nothing(folder):
    assert run(folder, "init", "-o", "new.yaml").returncode == 0
    assert (folder / "new.yaml").read_text() == run(folder, "init").stdout
    result = run(folder, "init", "-o", "new.yaml")
    assert (result.returncode, result.stderr) == (
        1, "new.yaml: error: this file exists; remove it or choose another name\n")


def test_the_man_page_and_the_completion_know_every_option(folder):
    page = (ROOT / "docs" / "mkimage.1").read_text().replace("\\-", "-")
    completion = (ROOT / "tools" / "mkimage" / "completion.bash").read_text()
    for command in COMMANDS:
        text = run(folder, command, "--help").stdout
        options = set(re.findall(r"^  (-\S+)", text, re.MULTILINE))
        for option in options:
            assert option in page and option in completion, (command, option)
        assert re.search(rf"^\.SS {command}\b", page, re.MULTILINE) and command in completion


def complete(folder, *words):
    """What bash offers for the last word."""
    script = f"source {ROOT}/tools/mkimage/completion.bash\n" \
             'COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mkimage; printf "%s\\n" "${COMPREPLY[@]}"'
    return subprocess.run(["bash", "-c", script, "bash", *words], cwd=folder, text=True, check=True,
                          stdout=subprocess.PIPE).stdout.split()


def test_bash_completes_commands_options_and_files(folder):
    build(folder)
    assert set(complete(folder, "mkimage", "")) == {*COMMANDS, "--help", "--version"}
    assert complete(folder, "mkimage", "ex") == ["extract"]
    assert complete(folder, "mkimage", "build", "--re") == ["--release"]
    assert complete(folder, "mkimage", "build", "sys") == ["system.yaml"]
    assert complete(folder, "mkimage", "build", "--set", "iom") == ["iommu="]
    assert complete(folder, "mkimage", "inspect", "ima") == ["image.efi"]
