test_devices_SRCS := $(addprefix efi-stub/,devices.c why.c) hypervisor/core/format.c
