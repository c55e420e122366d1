// SPDX-License-Identifier: BSD-2-Clause
#include "cleanup.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static const char *volatile temporary;

static void finish(int number)
{
	static const char cut[] = "mkimage: error: an input file was cut short while it was read\n";

	if (temporary)
		unlink(temporary);
	if (number == SIGBUS) {
		/* Nothing can be done about a terminal that does not take the sentence. */
		if (write(STDERR_FILENO, cut, sizeof(cut) - 1) < 0)
			_exit(1);
		_exit(1);
	}
	/* The handler is gone (SA_RESETHAND): end as the signal wants it, for the shell to see. */
	raise(number);
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGBUS};

static void mask(int how)
{
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaddset(&set, signals[i]);
	sigprocmask(how, &set, NULL);
}

void cleanup_hold(void)
{
	mask(SIG_BLOCK);
}

void cleanup_release(void)
{
	mask(SIG_UNBLOCK);
}

void cleanup_install(void)
{
	struct sigaction action = {.sa_handler = finish, .sa_flags = (int)SA_RESETHAND}, old;
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* What whoever started us ignores, such as nohup, stays ignored. */
		if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			sigaction(signals[i], &action, NULL);
	}
	/* A file above the limit of the shell (ulimit -f) is an error of write(), not the end. */
	signal(SIGXFSZ, SIG_IGN);
}

void cleanup_set(const char *path)
{
	temporary = path;
}

void cleanup_clear(void)
{
	temporary = NULL;
}
