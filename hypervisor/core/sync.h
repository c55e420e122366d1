/* SPDX-License-Identifier: BSD-2-Clause */
/* The only two ways in which CPUs wait for each other. */
#ifndef CORE_SYNC_H
#define CORE_SYNC_H

#include "core/types.h"
#include "x86/asm.h"

struct spinlock {
	u32 held; /* [a] */
};

static inline void spin_lock(struct spinlock *lock)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE))
		cpu_relax();
}

/* True if the lock was taken. For reports that must get out even from a broken CPU. */
static inline bool spin_lock_bounded(struct spinlock *lock, u32 spins)
{
	while (__atomic_exchange_n(&lock->held, 1, __ATOMIC_ACQUIRE)) {
		if (!spins--)
			return false;
		cpu_relax();
	}
	return true;
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->held, 0, __ATOMIC_RELEASE);
}

/* Used once: every CPU adds itself, then waits until all have. */
struct barrier {
	u32 arrived; /* [a] */
};

static inline void barrier_wait(struct barrier *b, u32 count)
{
	__atomic_add_fetch(&b->arrived, 1, __ATOMIC_ACQ_REL);
	while (__atomic_load_n(&b->arrived, __ATOMIC_ACQUIRE) < count)
		cpu_relax();
}

#endif
