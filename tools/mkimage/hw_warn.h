/* SPDX-License-Identifier: BSD-2-Clause */
/* What is legal on a certain machine, but risky. */
#ifndef MKIMAGE_HW_WARN_H
#define MKIMAGE_HW_WARN_H

#include "config.h"
#include "diag.h"
#include "machine.h"

/**
 * hw_warn - look at a layout that was solved: RT cells that share a core with another cell, and
 * their devices that can reach those of another cell without passing the IOMMU. Each cell and each
 * device gets one warning at most.
 */
void hw_warn(const struct machine *m, const struct config *config, struct diag *diag);

#endif
