/* SPDX-License-Identifier: BSD-2-Clause */
/* One forbidden act after another; each must be answered as hardware would, and hurt nobody. */
#ifndef PROBE_H
#define PROBE_H

#include "types.h"

struct probe {
	const char *name;
	bool (*run)(void); /* false: because() was told why */
};

/* One table for each kind of act, ended by an entry without a name. */
extern const struct probe memory_probes[];
extern const struct probe paging_probes[];
extern const struct probe port_probes[];
extern const struct probe line_probes[];
extern const struct probe link_probes[];
extern const struct probe msr_probes[];
extern const struct probe control_probes[];
extern const struct probe instruction_probes[];
extern const struct probe apic_probes[];
extern const struct probe call_probes[];

#define VECTOR_DB 1
#define VECTOR_UD 6
#define VECTOR_GP 13

/** because - keep the reason of a failure. Return: false. */
bool because(const char *format, ...);

/** expect_fault - do @fn(@arg) and insist on an exception. @what: named in the failure. */
bool expect_fault(int vector, void (*fn)(void *), void *arg, const char *what);

/** expect_none - the same for an act that must go by without an exception. */
bool expect_none(void (*fn)(void *), void *arg, const char *what);

/** ram_end - the guest-physical address behind the cell's RAM. */
u64 ram_end(void);

/** last_act - die as the cell's argument string says, if it says how. */
void last_act(const char *how);

#endif
