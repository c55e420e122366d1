test_paging_SRCS := efi-stub/paging.c
