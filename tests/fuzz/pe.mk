fuzz_pe_SRCS := $(addprefix efi-stub/,pe.c profile.c why.c) hypervisor/core/format.c
