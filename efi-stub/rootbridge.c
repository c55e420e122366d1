// SPDX-License-Identifier: BSD-2-Clause
#include "rootbridge.h"

#include "uefi.h"

#define MAX_LIST 4096u /* bytes of a descriptor list; it is a handful of 46-byte descriptors */

typedef struct _EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL root_bridge;

/* Call @visit for every window of every root bridge. */
static void each_window(void (*visit)(const struct window *w, void *arg), void *arg)
{
	EFI_GUID guid = EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;

	if (EFI_ERROR(efi_bs->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return;
	for (UINTN i = 0; i < count; i++) {
		root_bridge *bridge = NULL;
		void *list = NULL;
		struct window w;
		u64 at = 0;

		if (EFI_ERROR(efi_bs->HandleProtocol(handles[i], &guid, (void **)&bridge)))
			continue;
		if (EFI_ERROR(bridge->Configuration(bridge, &list)) || !list)
			continue;
		while (window_next(list, MAX_LIST, &at, &w))
			visit(&w, arg);
	}
	(void)efi_bs->FreePool(handles);
}

static void visit_end(const struct window *w, void *arg)
{
	u64 *end = arg;

	if (w->kind == WINDOW_MEMORY && w->end > *end)
		*end = w->end;
}

u64 rootbridge_end(void)
{
	u64 end = 0;

	each_window(visit_end, &end);
	return end;
}

static void visit_low(const struct window *w, void *arg)
{
	struct window *low = arg;

	/* Below 1 MiB is the VGA window, which is no place for BARs. */
	if (w->kind == WINDOW_MEMORY && w->start >= 0x100000 && w->end <= SIZE_4G && !low->end)
		*low = *w;
}

bool rootbridge_low(struct window *out)
{
	*out = (struct window){0};
	each_window(visit_low, out);
	return out->end != 0;
}

u32 rootbridge_read32(u32 device, u32 function, u32 reg)
{
	const EFI_GUID guid = EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID;
	root_bridge *bridge = uefi_locate(&guid);
	u32 value = UINT32_MAX;

	/* UEFI specification: EFI_PCI_ADDRESS is bus << 24 | device << 16 | function << 8 |
	 * register */
	if (!bridge || EFI_ERROR(bridge->Pci.Read(bridge, EfiPciIoWidthUint32,
						  device << 16 | function << 8 | reg, 1, &value)))
		return UINT32_MAX;
	return value;
}

/* A root bridge and the buses that it reaches. */
struct reach {
	root_bridge *bridge;
	struct pci_root buses;
};

static struct reach reach[ROOTBRIDGE_MAX];
static u32 reach_count;

static root_bridge *bridge_of(u16 bdf)
{
	for (u32 i = 0; i < reach_count; i++)
		if (bdf >> 8 >= reach[i].buses.first && bdf >> 8 <= reach[i].buses.last)
			return reach[i].bridge;
	return NULL;
}

/* UEFI specification, EFI_PCI_ADDRESS, as above; registers beyond 255 go into the upper half */
static u64 pci_address(u16 bdf, u32 reg)
{
	u64 at = (u64)(bdf >> 8) << 24 | (u64)(bdf >> 3 & 0x1f) << 16 | (u64)(bdf & 7) << 8;

	return at | (reg < 0x100 ? reg : (u64)reg << 32);
}

static u32 read_config(void *ctx, u16 bdf, u32 reg)
{
	root_bridge *bridge = bridge_of(bdf);
	u32 value = UINT32_MAX;

	(void)ctx;
	if (!bridge || EFI_ERROR(bridge->Pci.Read(bridge, EfiPciIoWidthUint32,
						  pci_address(bdf, reg), 1, &value)))
		return UINT32_MAX;
	return value;
}

static void write_config(void *ctx, u16 bdf, u32 reg, u32 value)
{
	root_bridge *bridge = bridge_of(bdf);

	(void)ctx;
	if (bridge)
		(void)bridge->Pci.Write(bridge, EfiPciIoWidthUint32, pci_address(bdf, reg), 1,
					&value);
}

static void add_reach(root_bridge *bridge)
{
	void *list = NULL;
	struct window w;
	u64 at = 0;

	if (bridge->SegmentNumber || EFI_ERROR(bridge->Configuration(bridge, &list)) || !list)
		return;
	while (reach_count < ROOTBRIDGE_MAX && window_next(list, MAX_LIST, &at, &w)) {
		if (w.kind != WINDOW_BUS || w.start > 255 || w.end > 256)
			continue;
		reach[reach_count].bridge = bridge;
		reach[reach_count].buses = (struct pci_root){(u8)w.start, (u8)(w.end - 1)};
		reach_count++;
	}
}

u32 rootbridge_open(struct pci_access *access, struct pci_root *roots)
{
	EFI_GUID guid = EFI_PCI_ROOT_BRIDGE_IO_PROTOCOL_GUID;
	EFI_HANDLE *handles = NULL;
	UINTN count = 0;

	*access = (struct pci_access){read_config, write_config, NULL};
	reach_count = 0;
	if (EFI_ERROR(efi_bs->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return 0;
	for (UINTN i = 0; i < count; i++) {
		root_bridge *bridge = NULL;

		if (!EFI_ERROR(efi_bs->HandleProtocol(handles[i], &guid, (void **)&bridge)))
			add_reach(bridge);
	}
	(void)efi_bs->FreePool(handles);
	for (u32 i = 0; i < reach_count; i++)
		roots[i] = reach[i].buses;
	return reach_count;
}
