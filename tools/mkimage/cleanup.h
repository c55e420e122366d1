/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Removes the temporary file when the program ends from outside: Ctrl-C, a closed terminal, or a
 * mapped input file that was cut short.
 */
#ifndef MKIMAGE_CLEANUP_H
#define MKIMAGE_CLEANUP_H

/* cleanup_install - catch the signals. Once, at the start. */
void cleanup_install(void);

/* cleanup_set - @path has to go if a signal comes; it must stay valid until cleanup_clear(). */
void cleanup_set(const char *path);
void cleanup_clear(void);

/** cleanup_hold, cleanup_release - no signal ends the program between the two: a temporary file is
 *  made and named to cleanup_set in one piece. */
void cleanup_hold(void);
void cleanup_release(void);

#endif
