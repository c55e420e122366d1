// SPDX-License-Identifier: BSD-2-Clause
#define _GNU_SOURCE /* environ */
#include "run.h"

#include <errno.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int run_program(const char *const argv[])
{
	int status, error;
	pid_t child;

	fflush(NULL);
	/* The strings are not changed; posix_spawnp() is older than const. */
	error = posix_spawnp(&child, argv[0], NULL, NULL, (char *const *)(uintptr_t)argv, environ);
	if (error) {
		errno = error;
		return -1;
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
