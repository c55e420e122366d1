test_elf_check_SRCS := tools/mkimage/elf_check.c
