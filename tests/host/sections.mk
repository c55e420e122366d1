test_sections_SRCS := $(addprefix efi-stub/,sections.c config.c pe.c crc32.c why.c) \
	hypervisor/core/format.c hypervisor/core/port_policy.c
