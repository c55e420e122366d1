# SPDX-License-Identifier: BSD-2-Clause
# The root cell of the demo: Debian's unmodified cloud kernel and a busybox initramfs.

LINUX := $(OUT)/guests/linux

GUESTS += $(LINUX)/vmlinuz $(LINUX)/uname $(LINUX)/initrd.img

# One run makes vmlinuz, uname, config and modules/; vmlinuz is written last.
$(LINUX)/vmlinuz: guests/linux/fetch-kernel
	$(call say,FETCH,$@)
	$(Q)guests/linux/fetch-kernel $(LINUX)
	$(Q)touch $@

$(LINUX)/uname: $(LINUX)/vmlinuz ;

$(LINUX)/initrd.img: guests/linux/mkinitrd guests/linux/init guests/linux/modules.txt \
		$(LINUX)/vmlinuz
	$(call say,INITRD,$@)
	$(Q)guests/linux/mkinitrd --init guests/linux/init --busybox /bin/busybox \
		--modules $(LINUX)/modules --module-list guests/linux/modules.txt -o $@
