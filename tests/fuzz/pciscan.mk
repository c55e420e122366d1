fuzz_pciscan_SRCS := $(addprefix efi-stub/,pciscan.c devices.c why.c) hypervisor/core/format.c
