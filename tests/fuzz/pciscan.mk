fuzz_pciscan_SRCS := $(addprefix efi-stub/,pciscan.c devices.c config.c crc32.c why.c) hypervisor/core/format.c hypervisor/core/port_policy.c
