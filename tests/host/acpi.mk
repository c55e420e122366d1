test_acpi_SRCS := $(addprefix efi-stub/,acpi.c why.c) hypervisor/core/format.c
