test_cellinfo_SRCS := $(addprefix efi-stub/,cellinfo.c lines.c links.c fadt.c paging.c crc32.c why.c) \
	hypervisor/core/format.c
