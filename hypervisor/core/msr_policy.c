/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/msr_policy.h"

#include "core/types.h"
#include "x86/regs.h"

/* Names and meanings: SDM vol. 4. IA32_EFER is direct on VMX only: svm/ closes it again. */
const struct msr_rule msr_rules[] = {
	{0x10,        0x10,               MSR_FOR_ALL,  MSR_R,  "TSC: reading it is what RDTSC does"              },
	{0x10,        0x10,               MSR_FOR_ROOT, MSR_W,  "TSC: only this CPU's; Linux synchronises with it"},
	{0x17,        0x17,               MSR_FOR_ROOT, MSR_R,  "PLATFORM_ID: microcode loader looks at it"       },
	{0x3b,        0x3b,               MSR_FOR_ALL,  MSR_R,  "TSC_ADJUST"                                      },
	{0x3b,        0x3b,               MSR_FOR_ROOT, MSR_W,  "TSC_ADJUST: only this CPU's"                     },
	{0x48,        0x48,               MSR_FOR_ALL,  MSR_RW, "SPEC_CTRL: guest's own mitigation choice"        },
	{0x49,        0x49,               MSR_FOR_ALL,  MSR_W,  "PRED_CMD: a barrier command"                     },
	{0x8b,        0x8b,               MSR_FOR_ROOT, MSR_R,  "BIOS_SIGN_ID: microcode revision"                },
	{0xce,        0xce,               MSR_FOR_ROOT, MSR_R,  "PLATFORM_INFO: TSC calibration"                  },
	{0xcd,        0xcd,               MSR_FOR_ROOT, MSR_R,  "FSB_FREQ: TSC calibration"                       },
	{0xe7,        0xe8,               MSR_FOR_ROOT, MSR_R,  "MPERF, APERF: frequency reading"                 },
	{0xfe,        0xfe,               MSR_FOR_ALL,  MSR_R,  "MTRRCAP"                                         },
	{0x10a,       0x10a,              MSR_FOR_ALL,  MSR_R,  "ARCH_CAPABILITIES"                               },
	{0x10b,       0x10b,              MSR_FOR_ALL,  MSR_W,  "FLUSH_CMD: a flush command of this CPU's L1D"    },
	{0x10f,       0x10f,              MSR_FOR_ROOT, MSR_RW, "TSX_FORCE_ABORT: transactions of this CPU"       },
	{0x122,       0x122,              MSR_FOR_ROOT, MSR_RW, "TSX_CTRL: transactions of this CPU"              },
	{0x123,       0x123,              MSR_FOR_ROOT, MSR_R,  "MCU_OPT_CTRL: state of mitigations"              },
	{0x174,       0x176,              MSR_FOR_ALL,  MSR_RW, "SYSENTER_CS, ESP, EIP: guest state"              },
	{0x198,       0x198,              MSR_FOR_ROOT, MSR_R,  "PERF_STATUS"                                     },
	{0x1a0,       0x1a0,              MSR_FOR_ALL,  MSR_R,  "MISC_ENABLE"                                     },
	{0x200,       0x21f,              MSR_FOR_ALL,  MSR_R,  "variable MTRRs: reading shows the host's"        },
	{0x250,       0x250,              MSR_FOR_ALL,  MSR_R,  "MTRR_FIX64K"                                     },
	{0x258,       0x259,              MSR_FOR_ALL,  MSR_R,  "MTRR_FIX16K"                                     },
	{0x268,       0x26f,              MSR_FOR_ALL,  MSR_R,  "MTRR_FIX4K"                                      },
	{0x277,       0x277,              MSR_FOR_ALL,  MSR_RW, "PAT: switched with the guest"                    },
	{0x2ff,       0x2ff,              MSR_FOR_ALL,  MSR_R,  "MTRR_DEF_TYPE"                                   },
	{0x400,       0x47f,              MSR_FOR_ROOT, MSR_R,  "machine check banks: root logs errors"           },
	{0x6e0,       0x6e0,              MSR_FOR_ALL,  MSR_RW, "TSC_DEADLINE: the exit-free timer"               },
 /* x2APIC: everything but ICR and the LVTs, whose delivery modes are filtered */
	{0x802,       0x803,              MSR_FOR_ALL,  MSR_R,  "x2APIC id, version"                              },
	{0x808,       0x808,              MSR_FOR_ALL,  MSR_RW, "x2APIC TPR"                                      },
	{0x80a,       0x80a,              MSR_FOR_ALL,  MSR_R,  "x2APIC PPR"                                      },
	{0x80b,       0x80b,              MSR_FOR_ALL,  MSR_W,  "x2APIC EOI"                                      },
	{0x80d,       0x80d,              MSR_FOR_ALL,  MSR_R,  "x2APIC LDR"                                      },
	{0x80f,       0x80f,              MSR_FOR_ALL,  MSR_RW, "x2APIC SVR"                                      },
	{0x810,       0x827,              MSR_FOR_ALL,  MSR_R,  "x2APIC ISR, TMR, IRR"                            },
	{0x828,       0x828,              MSR_FOR_ALL,  MSR_RW, "x2APIC ESR"                                      },
	{0x82f,       0x837,              MSR_FOR_ALL,  MSR_R,  "x2APIC LVT CMCI, ICR, LVTs"                      },
	{0x838,       0x838,              MSR_FOR_ALL,  MSR_RW, "x2APIC TMICT"                                    },
	{0x839,       0x839,              MSR_FOR_ALL,  MSR_R,  "x2APIC TMCCT"                                    },
	{0x83e,       0x83e,              MSR_FOR_ALL,  MSR_RW, "x2APIC TDCR"                                     },
	{0x83f,       0x83f,              MSR_FOR_ALL,  MSR_W,  "x2APIC SELF IPI: reaches only this CPU"          },
	{0x850,       0x853,              MSR_FOR_ROOT, MSR_R,  "x2APIC extended LVTs of AMD"                     },
 /* AMD (APM vol. 2, appendix "MSR Cross-Reference"): what Linux reads without a net */
	{0xc0010010,  0xc0010010,         MSR_FOR_ROOT, MSR_R,  "SYSCFG: MTRR and memory encryption state"        },
	{0xc0010015,  0xc0010015,         MSR_FOR_ROOT, MSR_R,  "HWCR: TSC and boost flags"                       },
	{0xc001001a,  0xc001001a,         MSR_FOR_ROOT, MSR_R,  "TOP_MEM"                                         },
	{0xc001001d,  0xc001001d,         MSR_FOR_ROOT, MSR_R,  "TOP_MEM2"                                        },
	{0xc001001f,  0xc001001f,         MSR_FOR_ROOT, MSR_R,  "NB_CFG: extended configuration by ports"         },
	{0xc0010055,  0xc0010055,         MSR_FOR_ROOT, MSR_R,  "INT_PENDING: C1E state"                          },
	{0xc0010140,  0xc0010141,         MSR_FOR_ROOT, MSR_R,  "OSVW: which errata need a workaround"            },
	{0xc0011029,  0xc0011029,         MSR_FOR_ROOT, MSR_R,  "DE_CFG: is LFENCE serialising?"                  },
	{MSR_EFER,    MSR_EFER,           MSR_FOR_ALL,  MSR_RW, "EFER: loaded and saved with the guest"           },
	{MSR_STAR,    MSR_SFMASK,         MSR_FOR_ALL,  MSR_RW, "SYSCALL MSRs: unused by the host"                },
	{MSR_FS_BASE, MSR_KERNEL_GS_BASE, MSR_FOR_ALL,  MSR_RW, "segment bases: guest state"                      },
	{MSR_TSC_AUX, MSR_TSC_AUX,        MSR_FOR_ALL,  MSR_RW, "TSC_AUX: unused by the host"                     },
};

const u32 msr_rule_count = ARRAY_SIZE(msr_rules);

/* Writes that vanish: the guest's write has no use for it, and a #GP would make it stumble. */
static const struct msr_rule ignored_writes[] = {
	{0x8b,       0x8b,       MSR_FOR_ROOT, MSR_W, "BIOS_SIGN_ID: cleared before CPUID reads the revision"},
 /* EPT or NPT memory types were made from the MTRRs at boot and decide; Linux writes back
  * on each CPU what it read */
	{0x200,      0x21f,      MSR_FOR_ROOT, MSR_W, "variable MTRRs"                                       },
	{0x250,      0x250,      MSR_FOR_ROOT, MSR_W, "MTRR_FIX64K"                                          },
	{0x258,      0x259,      MSR_FOR_ROOT, MSR_W, "MTRR_FIX16K"                                          },
	{0x268,      0x26f,      MSR_FOR_ROOT, MSR_W, "MTRR_FIX4K"                                           },
	{0x2ff,      0x2ff,      MSR_FOR_ROOT, MSR_W, "MTRR_DEF_TYPE"                                        },
 /* a #GP on a machine-check MSR is a panic in Linux ("MCA architectural violation") */
	{0x179,      0x17b,      MSR_FOR_ROOT, MSR_W, "MCG_STATUS, MCG_CTL: the host keeps them"             },
	{0x400,      0x47f,      MSR_FOR_ROOT, MSR_W, "machine check banks: the host keeps them"             },
	{0x850,      0x853,      MSR_FOR_ROOT, MSR_W, "extended LVTs: their NMIs would be ours"              },
	{0xc0010010, 0xc0010010, MSR_FOR_ROOT, MSR_W, "SYSCFG: fixed-range MTRR access bits"                 },
	{0xc0010015, 0xc0010015, MSR_FOR_ROOT, MSR_W, "HWCR: affects the whole CPU"                          },
	{0xc001001f, 0xc001001f, MSR_FOR_ROOT, MSR_W, "NB_CFG: configuration space is filtered"              },
	{0xc0011029, 0xc0011029, MSR_FOR_ROOT, MSR_W, "DE_CFG: affects the whole CPU"                        },
};

/* SDM vol. 3, "IA32_MCG_CAP MSR": number of banks, TES_P, SER_P. The others tell of MSRs that only
 * the host has: MCG_CTL, MCi_CTL2 (CMCI), MCG_EXT_CTL (LMCE), the extended state. */
#define MCG_CAP_SHOWN (0xffu | BIT64(11) | BIT64(24))

u64 msr_mcg_cap(u64 cap)
{
	return cap & MCG_CAP_SHOWN;
}

bool msr_write_ignored(u32 msr, bool is_root)
{
	for (u32 i = 0; i < ARRAY_SIZE(ignored_writes); i++)
		if (msr >= ignored_writes[i].first && msr <= ignored_writes[i].last)
			return is_root;
	return false;
}

void msr_policy_apply(void *bitmap, bool is_root, msr_allow_fn allow)
{
	u32 kind = is_root ? MSR_FOR_ROOT : MSR_FOR_RT;

	for (u32 i = 0; i < msr_rule_count; i++)
		if (msr_rules[i].cells & kind)
			allow(bitmap, msr_rules[i].first, msr_rules[i].last,
			      msr_rules[i].access & MSR_R, msr_rules[i].access & MSR_W);
}
