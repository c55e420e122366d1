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

# The root cell's own programs: without a C library, so that they need nothing in the initramfs.
LINUX_OBJ    := $(OUT)/guests/obj/guests/linux
LINUX_CFLAGS := $(patsubst -Iguests/lib,-Iguests/linux/lib,$(GUEST_CFLAGS))
linux_objects = $(patsubst guests/linux/%.c,$(LINUX_OBJ)/%.o,$(wildcard $(1:%=guests/linux/%/*.c)))

$(LINUX_OBJ)/%.o: guests/linux/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(LINUX_CFLAGS) -c -o $@ $<

$(LINUX)/attack: $(call linux_objects,attack lib)
$(LINUX)/exits: $(call linux_objects,exits lib)
$(LINUX)/attack $(LINUX)/exits:
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) -static -nostdlib --fatal-warnings -z noexecstack --strip-debug -o $@ $^

$(LINUX)/initrd.img: guests/linux/mkinitrd guests/linux/init guests/linux/modules.txt \
		$(LINUX)/vmlinuz $(LINUX)/attack $(LINUX)/exits
	$(call say,INITRD,$@)
	$(Q)guests/linux/mkinitrd --init guests/linux/init --busybox /bin/busybox \
		--modules $(LINUX)/modules --module-list guests/linux/modules.txt \
		--file attack=$(LINUX)/attack --file bin/exits=$(LINUX)/exits -o $@
