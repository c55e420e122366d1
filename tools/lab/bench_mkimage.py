# SPDX-License-Identifier: BSD-2-Clause
"""What `mkimage build` costs with a large payload, beside copying and hashing the same files."""

import os
import shutil
import subprocess
import time

PAYLOAD = 150 << 20  # bytes
SMALL_PAYLOAD = 1 << 20  # what is held in memory must not be more with the large one
ROUNDS = 3  # the best counts: other load on the machine only ever adds

SYSTEM = "version: 1\nroot: {kernel: kernel, initrd: initrd}\n"


def run(folder, *command):
    """Return seconds."""
    start = time.monotonic()
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


def peak_memory(folder, *command):
    """Return KiB. Not by getrusage(), which counts what this interpreter held before exec(), too."""
    peak = 0
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    while process.poll() is None:
        with open(f"/proc/{process.pid}/status", encoding="utf-8") as file:
            for line in file:
                if line.startswith("VmHWM:"):
                    peak = int(line.split()[1])
        time.sleep(0.002)
    return peak


def write_initrd(folder, size):
    with open(os.path.join(folder, "initrd"), "wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))


def prepare(folder, kernel):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    shutil.copy(kernel, os.path.join(folder, "kernel"))
    with open(os.path.join(folder, "system.yaml"), "w", encoding="utf-8") as file:
        file.write(SYSTEM)


def measure(folder, mkimage, kernel):
    prepare(folder, kernel)
    build = (mkimage, "build", "system.yaml", "-o", "image.efi")
    write_initrd(folder, SMALL_PAYLOAD)
    small = peak_memory(folder, *build)
    write_initrd(folder, PAYLOAD)
    plain, built = [], []
    for _ in range(ROUNDS):
        plain.append(run(folder, "cp", "initrd", "initrd.copy") +
                     run(folder, "cp", "kernel", "kernel.copy") +
                     run(folder, "sha256sum", "initrd", "kernel"))
        built.append(run(folder, *build))
    peak = peak_memory(folder, *build)
    shutil.rmtree(folder)
    return {"mkimage.build_ms": round(1000 * min(built)),
            "mkimage.percent_of_cp_and_hash": round(100 * min(built) / min(plain)),
            "mkimage.peak_kib_small": small,
            "mkimage.peak_kib_big": peak}
