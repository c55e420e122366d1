/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts other programs. */
#ifndef MKIMAGE_RUN_H
#define MKIMAGE_RUN_H

/**
 * run_program - run argv[0], found in PATH, and wait for it. Its output goes where ours goes.
 * Return: its exit status, 128 + N if signal N ended it, or -1 if it could not be started (errno).
 */
int run_program(const char *const argv[]);

#endif
