// SPDX-License-Identifier: BSD-2-Clause
#include "screen.h"

#include "core/string.h"
#include "uefi.h"

struct channel {
	u8 size, pos;
};

/* A channel is one run of bits. */
static struct channel from_mask(u32 mask)
{
	struct channel c = {0, 0};

	if (!mask)
		return c;
	for (; !(mask & 1); mask >>= 1)
		c.pos++;
	for (; mask & 1; mask >>= 1)
		c.size++;
	return c;
}

static void set_channels(struct linux_screen *s, u32 red, u32 green, u32 blue, u32 reserved)
{
	struct channel r = from_mask(red), g = from_mask(green), b = from_mask(blue);
	struct channel x = from_mask(reserved);

	s->red_size = r.size;
	s->red_pos = r.pos;
	s->green_size = g.size;
	s->green_pos = g.pos;
	s->blue_size = b.size;
	s->blue_pos = b.pos;
	s->rsvd_size = x.size;
	s->rsvd_pos = x.pos;
	s->depth = (u16)(r.size + g.size + b.size + x.size);
}

/* UEFI specification, "EFI_GRAPHICS_PIXEL_FORMAT" */
static bool set_format(struct linux_screen *s, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
	const EFI_PIXEL_BITMASK *mask = &info->PixelInformation;

	switch (info->PixelFormat) {
	case PixelRedGreenBlueReserved8BitPerColor:
		set_channels(s, 0xff, 0xff00, 0xff0000, 0xff000000);
		return true;
	case PixelBlueGreenRedReserved8BitPerColor:
		set_channels(s, 0xff0000, 0xff00, 0xff, 0xff000000);
		return true;
	case PixelBitMask:
		set_channels(s, mask->RedMask, mask->GreenMask, mask->BlueMask, mask->ReservedMask);
		return true;
	default:
		return false; /* no linear frame buffer */
	}
}

void screen_read(struct linux_screen *out)
{
	const EFI_GUID guid = EFI_GRAPHICS_OUTPUT_PROTOCOL_GUID;
	EFI_GRAPHICS_OUTPUT_PROTOCOL *gop = uefi_locate(&guid);
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	u64 base;

	memset(out, 0, sizeof(*out));
	if (!gop || !gop->Mode || !gop->Mode->Info)
		return;
	info = gop->Mode->Info;
	if (!set_format(out, info)) {
		memset(out, 0, sizeof(*out));
		return;
	}
	base = gop->Mode->FrameBufferBase;
	out->kind = LINUX_VIDEO_EFI;
	out->width = (u16)info->HorizontalResolution;
	out->height = (u16)info->VerticalResolution;
	out->base = (u32)base;
	out->ext_base = (u32)(base >> 32);
	out->size = (u32)gop->Mode->FrameBufferSize;
	out->line_length = (u16)(info->PixelsPerScanLine * out->depth / 8u);
	out->capabilities = LINUX_VIDEO_SKIP_QUIRKS | (out->ext_base ? LINUX_VIDEO_64BIT_BASE : 0);
}
