test_window_SRCS := efi-stub/window.c
