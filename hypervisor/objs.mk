# SPDX-License-Identifier: BSD-2-Clause
# The hypervisor: a flat binary linked at BH_HV_BASE, which efi-stub/ embeds.

HV_OUT  := $(OUT)/hypervisor
HV_C    := $(filter-out %/asm_offsets.c,$(wildcard hypervisor/core/*.c hypervisor/x86/*.c \
	hypervisor/x86/vmx/*.c hypervisor/x86/svm/*.c hypervisor/iommu/*.c hypervisor/devices/*.c))
HV_ASM  := $(wildcard hypervisor/x86/*.asm hypervisor/x86/vmx/*.asm hypervisor/x86/svm/*.asm)
HV_OBJS := $(HV_C:hypervisor/%.c=$(HV_OUT)/%.o) $(HV_ASM:hypervisor/%.asm=$(HV_OUT)/%.asm.o)

$(HV_OUT)/%.o: hypervisor/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -c -o $@ $<

$(HV_OUT)/asm_offsets.inc: hypervisor/x86/asm_offsets.c
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(HV_CFLAGS) -MT $@ -MF $(HV_OUT)/asm_offsets.d -S -o $(HV_OUT)/asm_offsets.s $<
	$(Q)sed -nE 's/^#define ([A-Z0-9_]+) [$$]?(-?[0-9]+).*/%define \1 \2/p' \
		$(HV_OUT)/asm_offsets.s > $@

$(HV_OUT)/%.asm.o: hypervisor/%.asm $(HV_OUT)/asm_offsets.inc
	$(call say,NASM,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(NASM) -f elf64 -g -F dwarf -I$(HV_OUT)/ -o $@ $<

$(OUT)/hypervisor.elf: $(HV_OBJS) hypervisor/hypervisor.lds
	$(call say,LD,$@)
	$(Q)$(LD) -nostdlib -static -z max-page-size=4096 -z noexecstack --no-warn-rwx-segments \
		-T hypervisor/hypervisor.lds -o $@ $(HV_OBJS)

$(OUT)/hypervisor.bin: $(OUT)/hypervisor.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(OBJCOPY) -O binary $< $@

-include $(HV_OBJS:.o=.d) $(HV_OUT)/asm_offsets.d
