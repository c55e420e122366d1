/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor and the generated DSDT, carried inside the stub. HV_IMAGE, DSDT_IMAGE: -D options */
	.section .rodata
	.balign	16
	.global	hv_image, hv_image_end
	.hidden	hv_image, hv_image_end
hv_image:
	.incbin	HV_IMAGE
hv_image_end:

	.balign	16
	.global	dsdt_image, dsdt_image_end
	.hidden	dsdt_image, dsdt_image_end
dsdt_image:
	.incbin	DSDT_IMAGE
dsdt_image_end:

	.section .note.GNU-stack, "", @progbits
