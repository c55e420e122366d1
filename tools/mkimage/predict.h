/* SPDX-License-Identifier: BSD-2-Clause */
/* What an image would do on the machine of a hardware dump: `mkimage check --hw`. */
#ifndef MKIMAGE_PREDICT_H
#define MKIMAGE_PREDICT_H

#include "hw.h"
#include "layout.h"
#include "mem.h"

#include <stdbool.h>
#include <stdio.h>

/* What is to be started. */
struct predict_input {
	const struct config *config;
	const struct blob *stub; /* an EFI stub, or an image, with the hypervisor inside */
	const void *kernel;      /* root's bzImage */
	uint64_t kernel_size;
};

struct prediction {
	struct hw hw;
	const struct config *config;
	bool starts;
	struct layout layout; /* if it starts */
	struct why why;       /* if not: the sentence behind "cannot start: " */
};

/**
 * predict - solve the layout of @input on the machine of @dump.
 * Errors of the dump and warnings about the machine are noted in @diag.
 * Return: false if there were errors, or the stub is none, which is noted, too. Call predict_free()
 * in both cases. @input->config must outlive @p.
 */
bool predict(struct prediction *p, const struct predict_input *input, const struct blob *dump,
	     struct diag *diag);

void predict_free(struct prediction *p);

/* predict_print - the prediction for people, or as one JSON object. */
void predict_print(const struct prediction *p, FILE *out);
void predict_json(const struct prediction *p, FILE *out);

#endif
