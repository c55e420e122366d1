/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/irq_route.h"

/* The low halves of an I/O APIC entry and of MSI data agree up to bit 10. */
#define VECTOR(low)    ((u8)(low))
#define DELIVERY(low)  ((u8)((low) >> 8 & 7))

#define RTE_LOGICAL    BIT64(11)
#define RTE_LEVEL      BIT64(15)
#define RTE_DEST_SHIFT 56

/* SDM vol. 3, "Message Address Register Format" */
#define MSI_BASE           0xfee00000ULL
#define MSI_BASE_MASK      0xfffffffffff00000ULL
#define MSI_REMAPPABLE     BIT64(4) /* VT-d, "Interrupt Requests in Remappable Format" */
#define MSI_LOGICAL        BIT64(2)
#define MSI_DEST_SHIFT     12

#define VECTOR_FIRST_LEGAL 16u
#define XAPIC_BROADCAST    0xffu
#define X2APIC_BROADCAST   0xffffffffu

void irq_from_rte(u64 rte, struct irq_wish *out)
{
	out->vector = VECTOR(rte);
	out->delivery = DELIVERY(rte);
	out->logical = rte & RTE_LOGICAL;
	out->level = rte & RTE_LEVEL;
	out->dest = (u8)(rte >> RTE_DEST_SHIFT);
}

/*
 * The redirection hint only chooses one of a set, so it does not matter here. Level-triggered
 * messages would need a second, de-asserting message; devices do not send them.
 */
bool irq_from_msi(u64 address, u32 data, struct irq_wish *out)
{
	if ((address & MSI_BASE_MASK) != MSI_BASE || (address & MSI_REMAPPABLE))
		return false;
	out->vector = VECTOR(data);
	out->delivery = DELIVERY(data);
	out->logical = address & MSI_LOGICAL;
	out->level = false;
	out->dest = (u8)(address >> MSI_DEST_SHIFT);
	return true;
}

static enum irq_verdict check_mode(const struct irq_wish *wish, bool for_root)
{
	switch (wish->delivery) {
	case ICR_DELIVERY_FIXED:
	case ICR_DELIVERY_LOWEST:
		return wish->vector < VECTOR_FIRST_LEGAL ? IRQ_BAD_VECTOR : IRQ_OK;
	case ICR_DELIVERY_NMI:
	case DELIVERY_EXTINT:
		return for_root ? IRQ_OK : IRQ_REFUSED;
	default: /* SMI, INIT, reserved */
		return IRQ_REFUSED;
	}
}

enum irq_verdict irq_resolve(const struct irq_wish *wish, const struct apic_dest_ctx *ctx,
			     bool for_root, struct irq_target *out)
{
	struct icr icr = {.logical = wish->logical, .dest = wish->dest};
	enum irq_verdict verdict = check_mode(wish, for_root);
	struct cpuset set;

	if (verdict)
		return verdict;
	/* eight bits of destination reach an x2APIC zero-extended, but all ones stay all ones */
	if (ctx->x2apic && wish->dest == XAPIC_BROADCAST)
		icr.dest = X2APIC_BROADCAST;
	apic_dest_set(&icr, ctx, 0, &set);
	if (cpuset_empty(&set))
		return IRQ_NOBODY;
	out->apic_id = ctx->cpu[cpuset_first(&set)].apic_id;
	out->vector = wish->vector;
	out->delivery = wish->delivery == ICR_DELIVERY_LOWEST ? ICR_DELIVERY_FIXED : wish->delivery;
	out->level = wish->level && out->delivery == ICR_DELIVERY_FIXED;
	return IRQ_OK;
}
