# SPDX-License-Identifier: BSD-2-Clause
"""The disk that the firmware boots from: one FAT file system holding the image."""

import os
import pathlib
import subprocess

from errors import LabError

CYLINDER_BYTES = 16 * 63 * 512  # Bochs takes flat disks in whole cylinders of this geometry
SLACK_BYTES = 8 << 20
SMALLEST_BYTES = 40 << 20       # FAT32 has at least 65525 clusters


def run(*command, text=""):
    try:
        subprocess.run(command, check=True, input=text.encode(), stdout=subprocess.DEVNULL,
                       stderr=subprocess.PIPE)
    except FileNotFoundError as error:
        raise LabError(f"{command[0]} is missing; `make demo` installs what the lanes need") \
            from error
    except subprocess.CalledProcessError as error:
        raise LabError(f"{command[0]} failed: {error.stderr.decode().strip()}") from error


# The shell of the firmware runs this, because the disk has nothing that starts by itself.
STARTUP = """@echo -off
for %i run (0 9)
  if exist fs%i:\\{image} then
    fs%i:
{starts}
    reset -s
  endif
endfor
"""
START = """    \\{image} @{profile}
    echo back in the shell: %lasterror%"""


def startup_script(image, profiles):
    """Start the image as each of its profiles in turn, then switch the machine off."""
    image = image.replace("/", "\\")
    starts = "\n".join(START.format(image=image, profile=profile) for profile in profiles)
    return STARTUP.format(image=image, starts=starts).replace("\n", "\r\n")


def make_boot_disk(path, image, files=(), profiles=()):
    """Make a disk image at path that starts the EFI file image, as these profiles of it.

    files: (name, path) of files beside it in EFI/BOOT, or elsewhere if the name begins with /.
    """
    place = "EFI/Linux/IMAGE.EFI" if profiles else "EFI/BOOT/BOOTX64.EFI"
    content = [(place, image)]
    content += [(name[1:] if name[0] == "/" else f"EFI/BOOT/{name}", file) for name, file in files]
    size = max(SMALLEST_BYTES, sum(os.path.getsize(file) for _, file in content) + SLACK_BYTES)
    size += -size % CYLINDER_BYTES
    with open(path, "wb") as disk:
        disk.truncate(size)
    run("mkfs.fat", "-F", "32", "-n", "BULKHEAD", path)
    parents = {parent for name, _ in content for parent in pathlib.PurePosixPath(name).parents}
    for folder in sorted(parents - {pathlib.PurePosixPath(".")}):
        run("mmd", "-i", path, f"::/{folder}")
    for name, file in content:
        run("mcopy", "-i", path, file, f"::/{name}")
    if profiles:
        run("mcopy", "-i", path, "-", "::/startup.nsh", text=startup_script(place, profiles))
