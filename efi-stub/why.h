/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The reason of a refusal, as a sentence for the operator. Units of the stub that can refuse take a
 * struct why and return false; main.c prints it. Pure.
 */
#ifndef STUB_WHY_H
#define STUB_WHY_H

#include "core/types.h"

struct why {
	char text[240];
};

/**
 * because - write the sentence, without full stop, naming what is wrong and what to do about it.
 * Return: always false, so that a check can end in `return because(why, ...)`.
 */
bool because(struct why *why, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
