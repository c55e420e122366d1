test_cellinfo_SRCS := $(addprefix efi-stub/,cellinfo.c config.c lines.c links.c fadt.c paging.c crc32.c why.c) \
	hypervisor/core/format.c hypervisor/core/port_policy.c
