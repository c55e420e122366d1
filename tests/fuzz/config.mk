fuzz_config_SRCS := $(addprefix efi-stub/,config.c crc32.c why.c) hypervisor/core/format.c hypervisor/core/port_policy.c
