/* SPDX-License-Identifier: BSD-2-Clause */
/* What the readers of the system file's parts share. */
#ifndef MKIMAGE_SYSFILE_PARTS_H
#define MKIMAGE_SYSFILE_PARTS_H

#include "field.h"
#include "sysfile.h"

#define SYSFILE_MAX_CPUS 1024u /* far above any x86 machine; catches slips of the keyboard */

/* sysfile_read_path - the name of a file into @out. */
void sysfile_read_path(struct reader *r, const struct yaml_node *node, struct sysfile_path *out);

/* sysfile_read_cells - the value of `cells:` into the struct sysfile of @r. */
void sysfile_read_cells(struct reader *r, const struct yaml_node *node);

#endif
