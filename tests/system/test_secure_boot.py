# SPDX-License-Identifier: BSD-2-Clause
"""Secure Boot with a key of one's own: what starts, what the firmware refuses, what Linux learns."""

import subprocess

import pytest

from bulkhead import ROOT_UP, fits_in
from conftest import ROOT
from disk import make_boot_disk

pytestmark = pytest.mark.only("qemu", "kvm")

MKIMAGE = ROOT / "out" / "mkimage"
SYSTEM = "tests/system/failing.yaml"
REFUSED = r'BdsDxe: failed to load Boot\w+ ".*" from .*Sata\(0x{:X},.*: Access Denied'
EFIVARS = "/sys/firmware/efi/efivars"
VARIABLE = "BulkheadTest-6f0eb5c5-3a5c-4c51-8b9c-6f1f5f3c2f7a"


class Key:
    """A key pair, which a firmware may trust."""

    def __init__(self, folder, name):
        self.secret, self.certificate = folder / f"{name}.key", folder / f"{name}.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                        "-subj", f"/CN={name}", "-keyout", self.secret, "-out", self.certificate],
                       check=True, stderr=subprocess.DEVNULL)

    def sign(self, image, signed):
        subprocess.run([MKIMAGE, "sign", image, "--key", self.secret, "--cert", self.certificate,
                        "-o", signed], check=True)
        return signed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("secure-boot")


@pytest.fixture(scope="module")
def own(folder):
    return Key(folder, "own")


@pytest.fixture(scope="module")
def options(own):
    # A word that would keep Linux from coming up, if anybody listened.
    return {"secure_boot": own.certificate, "load_options": "rdinit=/bin/false"}


@pytest.fixture(scope="module")
def image(image, own, folder):
    return own.sign(image, folder / "signed.efi")


def test_load_options_are_ignored(demo, image, folder):
    assert fits_in(r'BdsDxe: starting Boot0042 "once"', demo.com1)
    packed = folder / "cmdline"
    subprocess.run([MKIMAGE, "extract", image, ".cmdline", "-o", packed], check=True)
    assert demo.output("cat /proc/cmdline").strip() == packed.read_text()


def test_linux_knows_and_locks_itself_down(demo):
    assert "Secure boot enabled" in demo.output("dmesg -s 1000000")
    demo.output("mount -t securityfs securityfs /sys/kernel/security")
    assert "[integrity]" in demo.output("cat /sys/kernel/security/lockdown")
    assert demo.output(f"hexdump -e '1/1 \"%u \"' {EFIVARS}/SecureBoot-*").split()[-1] == "1"


def test_variables_are_written_in_smm_while_the_cell_ticks(demo):
    demo.output(f"printf '\\007\\000\\000\\000written' >{EFIVARS}/{VARIABLE}")
    assert demo.output(f"cat {EFIVARS}/{VARIABLE} | tail -c 7") == "written"
    demo.expect_ticks(2)


def test_firmware_refuses_all_but_what_the_own_key_signed(boot, make_image, own, folder):
    """One machine with four disks; the last one starts, and finds no SVM: Linux comes alone."""
    unsigned = make_image("linux", SYSTEM, on_failure="linux")
    signed = own.sign(unsigned, folder / "good.efi")
    foreign = Key(folder, "foreign").sign(unsigned, folder / "foreign.efi")
    altered = folder / "altered.efi"
    data = bytearray(signed.read_bytes())
    data[len(data) // 2] ^= 1
    altered.write_bytes(data)

    disks = [folder / f"{image.stem}.img" for image in (altered, foreign, signed)]
    for disk, image in zip(disks, (altered, foreign, signed)):
        make_boot_disk(disk, image)

    machine = boot(unsigned, disks=disks, secure_boot=own.certificate, cpu="max,-svm")
    machine.expect(r"^BdsDxe: starting .*Sata\(0x3,")
    for place in range(3):
        machine.expect_on("com1", REFUSED.format(place))
    machine.expect(r"^bulkhead: cannot start: .* neither VMX nor SVM")
    machine.expect(r"^bulkhead: starting the packed Linux without partitions$")
    # No firmware knows the key that Debian signed its kernel with; the image's signature covers it.
    machine.expect(r"Secure boot enabled$")
    machine.expect(ROOT_UP)
