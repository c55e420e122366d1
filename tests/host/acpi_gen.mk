test_acpi_gen_SRCS := $(addprefix efi-stub/,acpi.c acpi_gen.c why.c) hypervisor/core/format.c
