fuzz_elf_SRCS := $(addprefix efi-stub/,elf.c why.c) hypervisor/core/format.c
