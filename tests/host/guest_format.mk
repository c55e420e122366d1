test_guest_format_SRCS := guests/lib/format.c
