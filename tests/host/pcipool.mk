test_pcipool_SRCS := efi-stub/pcipool.c
