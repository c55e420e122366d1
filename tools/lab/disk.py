# SPDX-License-Identifier: BSD-2-Clause
"""The disk that the firmware boots from: one FAT file system holding the image."""

import os
import subprocess

from errors import LabError

CYLINDER_BYTES = 16 * 63 * 512  # Bochs takes flat disks in whole cylinders of this geometry
SLACK_BYTES = 8 << 20
SMALLEST_BYTES = 40 << 20       # FAT32 has at least 65525 clusters


def run(*command):
    try:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is missing; `make demo` installs what the lanes need") \
            from error
    except subprocess.CalledProcessError as error:
        raise LabError(f"{command[0]} failed: {error.stderr.decode().strip()}") from error


def make_boot_disk(path, image, files=()):
    """Make a disk image at path that starts the EFI file image; files: (name, path) beside it."""
    content = [("BOOTX64.EFI", image), *files]
    size = max(SMALLEST_BYTES, sum(os.path.getsize(file) for _, file in content) + SLACK_BYTES)
    size += -size % CYLINDER_BYTES
    with open(path, "wb") as disk:
        disk.truncate(size)
    run("mkfs.fat", "-F", "32", "-n", "BULKHEAD", path)
    run("mmd", "-i", path, "::/EFI", "::/EFI/BOOT")
    for name, file in content:
        run("mcopy", "-i", path, file, f"::/EFI/BOOT/{name}")
