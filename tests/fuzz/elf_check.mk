fuzz_elf_check_SRCS := tools/mkimage/elf_check.c efi-stub/elf.c efi-stub/why.c \
	hypervisor/core/format.c
