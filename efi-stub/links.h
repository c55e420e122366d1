/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shared memory between RT cells. A cell names its links; all that have the same name are one, so
 * what the image holds is a list of memberships, and what needs memory is made of it here. Pure.
 */
#ifndef STUB_LINKS_H
#define STUB_LINKS_H

#include "config.h"

struct link {
	const struct bh_config_link *first; /* of the first cell that names it */
	u64 gpa;                            /* the same in all cells */
};

struct link_list {
	struct link links[BH_CONFIG_MAX_LINKS];
	u32 count;
};

/**
 * links_collect - all links of an image, in the order in which the cells name them.
 * Return: false and the sentence if they are too many, too large, or cells disagree on a size.
 */
bool links_collect(const struct config *config, struct link_list *out, struct why *why);

/** links_find - the link of that name, NULL if there is none. */
const struct link *links_find(const struct link_list *list, const char *name);

/** links_members - how many memberships all cells have together. */
u32 links_members(const struct config *config);

#endif
