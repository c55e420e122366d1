fuzz_dmar_SRCS := $(addprefix efi-stub/,dmar.c mcfg.c fadt.c acpi.c why.c) hypervisor/core/format.c
