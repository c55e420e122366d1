test_mcfg_SRCS := efi-stub/mcfg.c efi-stub/fadt.c
