test_system_file_SRCS := $(addprefix tools/mkimage/,system.c sysfile.c field.c device.c choice.c scalar.c \
	yaml.c diag.c mem.c file.c payloads.c bzimage.c elf_check.c)
test_system_file_LIBS := -lfyaml
