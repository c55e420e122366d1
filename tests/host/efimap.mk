test_efimap_SRCS := efi-stub/efimap.c efi-stub/e820.c
