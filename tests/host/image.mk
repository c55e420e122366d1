test_image_SRCS := $(filter-out tools/mkimage/main.c tools/mkimage/options.c tools/mkimage/load.c $(wildcard tools/mkimage/cmd_*.c),$(wildcard tools/mkimage/*.c)) \
	$(addprefix efi-stub/,pe.c profile.c sections.c) $(LAYOUT_SRCS)
test_image_LIBS := -lfyaml
