/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions that hit the hypervisor itself. */
#include "core/console.h"
#include "core/cpu.h"
#include "x86/asm.h"

struct fault_frame {
	u64 vector, error, rip, cs, rflags, rsp, ss;
};

void host_exception(const struct fault_frame *f);
void host_nmi(void);

void host_exception(const struct fault_frame *f)
{
	say("bug: exception %lu in the hypervisor: error=0x%lx rip=0x%lx cr2=0x%lx rsp=0x%lx",
	    f->vector, f->error, f->rip, read_cr2(), f->rsp);
	bug("this CPU was in host mode", f->rip);
}

void host_nmi(void)
{
	if (vcpu_ops && vcpu_ops->host_nmi)
		vcpu_ops->host_nmi(&this_cpu()->vcpu);
}
