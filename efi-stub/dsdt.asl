/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The DSDT that the root cell gets where the firmware has none: one PCI root bridge, so that Linux
 * scans the bus, and power-off. acpi_gen.c finds the window 0x80000000-0xfebfffff by its bounds and
 * writes what the firmware's root bridge reports.
 */
DefinitionBlock ("", "DSDT", 2, "BLKHD", "BULKHEAD", 1)
{
	/* PIIX4: sleep type 0 is "soft off" */
	Name (\_S5, Package () {0, 0, 0, 0})

	Scope (\_SB)
	{
		Device (PCI0)
		{
			Name (_HID, EisaId ("PNP0A03"))
			Name (_UID, 0)
			Name (_CRS, ResourceTemplate ()
			{
				WordBusNumber (ResourceProducer, MinFixed, MaxFixed, PosDecode,
					0, 0, 0xff, 0, 0x100)
				IO (Decode16, 0xcf8, 0xcf8, 1, 8)
				WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
					0, 0, 0xcf7, 0, 0xcf8)
				WordIO (ResourceProducer, MinFixed, MaxFixed, PosDecode, EntireRange,
					0, 0xd00, 0xffff, 0, 0xf300)
				DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
					Cacheable, ReadWrite,
					0, 0xa0000, 0xbffff, 0, 0x20000)
				DWordMemory (ResourceProducer, PosDecode, MinFixed, MaxFixed,
					NonCacheable, ReadWrite,
					0, 0x80000000, 0xfebfffff, 0, 0x7ec00000)
			})
		}
	}
}
