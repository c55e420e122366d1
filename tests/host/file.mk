test_file_SRCS := tools/mkimage/file.c tools/mkimage/mem.c
