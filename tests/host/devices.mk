test_devices_SRCS := $(addprefix efi-stub/,devices.c config.c crc32.c why.c) hypervisor/core/format.c hypervisor/core/port_policy.c
