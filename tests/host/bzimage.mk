test_bzimage_SRCS := tools/mkimage/bzimage.c
