// SPDX-License-Identifier: BSD-2-Clause
#include "choice.h"

#include "profile.h"

#include <bulkhead/image.h>

#include <stdio.h>
#include <string.h>

/* clang-format off: release 14 scatters the columns of these tables. */
const struct choice choice_iommu[] = {
	{"required", BH_IOMMU_REQUIRED},
	{"off",      BH_IOMMU_OFF     },
	{NULL,       0		},
};

const struct choice choice_on_failure[] = {
	{"linux",    BH_FAIL_LINUX   },
	{"firmware", BH_FAIL_FIRMWARE},
	{"halt",     BH_FAIL_HALT    },
	{NULL,       0               },
};

const struct choice choice_console[] = {
	{"com1", CHOICE_COM1},
	{"com2", CHOICE_COM2},
	{"none", 0          },
	{NULL,   0          },
};

const struct choice choice_boot[] = {
	{"elf64", BH_BOOT_ELF64},
	{NULL,    0            },
};

const struct choice choice_root_cpus[] = {
	{"rest", 0},
	{NULL,   0},
};

const struct choice choice_isolated[] = {
	{"core", BH_CELL_WHOLE_CORES},
	{NULL,   0		  },
};

const struct choice choice_cell_console[] = {
	{"machine", 0            },
	{"none",    BH_CELL_QUIET},
	{NULL,      0            },
};

const struct choice choice_on_fault[] = {
	{"park",  0		  },
	{"reset", BH_CELL_FAULT_RESET},
	{NULL,    0		  },
};

const struct choice choice_access[] = {
	{"write", BH_LINK_WRITE},
	{"read",  0            },
	{NULL,    0            },
};

const struct choice choice_profile[] = {
	{"linux",   PROFILE_LINUX },
	{"hwcheck", PROFILE_CHECK },
	{"hwdump",  PROFILE_HWDUMP},
	{NULL,      0             },
};
/* clang-format on */

bool choice_find(const struct choice *list, const char *word, uint32_t *value)
{
	for (; list->word; list++) {
		if (strcmp(list->word, word) == 0) {
			*value = list->value;
			return true;
		}
	}
	return false;
}

const char *choice_word(const struct choice *list, uint32_t value)
{
	for (; list->word; list++) {
		if (list->value == value)
			return list->word;
	}
	return "?";
}

const char *choice_list(const struct choice *list, char *out)
{
	size_t used = 0;

	out[0] = '\0';
	for (; list->word && used < CHOICE_LIST; list++)
		used += (size_t)snprintf(out + used, CHOICE_LIST - used, "%s%s", used ? ", " : "",
					 list->word);
	return out;
}
