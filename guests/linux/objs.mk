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

# The root cell's attacker: a program without a C library, so that it needs nothing in the initramfs.
ATTACK        := $(OUT)/guests/obj/guests/linux/attack
ATTACK_CFLAGS := $(filter-out -Iguests/lib,$(GUEST_CFLAGS))

$(ATTACK)/%.o: guests/linux/attack/%.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ATTACK_CFLAGS) -c -o $@ $<

$(LINUX)/attack: $(patsubst guests/linux/attack/%.c,$(ATTACK)/%.o,$(wildcard guests/linux/attack/*.c))
	$(call say,LD,$@)
	@mkdir -p $(@D)
	$(Q)$(LD) -static -nostdlib --fatal-warnings -z noexecstack --strip-debug -o $@ $^

$(LINUX)/initrd.img: guests/linux/mkinitrd guests/linux/init guests/linux/modules.txt \
		$(LINUX)/vmlinuz $(LINUX)/attack
	$(call say,INITRD,$@)
	$(Q)guests/linux/mkinitrd --init guests/linux/init --busybox /bin/busybox \
		--modules $(LINUX)/modules --module-list guests/linux/modules.txt \
		--file attack=$(LINUX)/attack -o $@
