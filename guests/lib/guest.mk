# SPDX-License-Identifier: BSD-2-Clause
# How a native guest is built: $(eval $(call native_guest,NAME)) in guests/NAME/objs.mk makes
# $(OUT)/guests/NAME.elf of the runtime in guests/lib and every .c and .asm file of guests/NAME.

ifndef native_guest

GUEST_LIB_SRCS := $(wildcard guests/lib/*.c guests/lib/*.asm)
GUEST_LDFLAGS  := -static -nostdlib --fatal-warnings -z max-page-size=4096 -z noexecstack \
	--strip-debug -T guests/lib/guest.lds

guest_objects = $(patsubst %,$(OUT)/guests/obj/%.o,$(basename $(1)))

define native_guest
GUEST_ELFS += $(OUT)/guests/$(1).elf
GUESTS     += $(OUT)/guests/$(1).elf

$(OUT)/guests/$(1).elf: $(call guest_objects,$(GUEST_LIB_SRCS) $(wildcard guests/$(1)/*.c guests/$(1)/*.asm)) \
		guests/lib/guest.lds
	$$(call say,LD,$$@)
	$$(Q)$$(LD) $(GUEST_LDFLAGS) -o $$@ $$(filter %.o,$$^)
endef

$(OUT)/guests/obj/%.o: %.c
	$(call say,CC,$@)
	@mkdir -p $(@D)
	$(Q)$(CC) $(GUEST_CFLAGS) -c -o $@ $<

$(OUT)/guests/obj/%.o: %.asm
	$(call say,NASM,$@)
	@mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -g -F dwarf -MD $(@:.o=.d) -MP -MT $@ -o $@ $<

-include $(wildcard $(OUT)/guests/obj/guests/*/*.d $(OUT)/guests/obj/guests/linux/*/*.d)

endif
