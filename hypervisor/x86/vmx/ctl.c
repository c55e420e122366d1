/* SPDX-License-Identifier: BSD-2-Clause */
#include "x86/vmx/ctl.h"

#include "core/types.h"

/*
 * The default1 bits are those of the TRUE capability MSRs' descriptions (SDM vol. 3, appendix
 * "VMX Capability Reporting Facility"): they stay on unless a row says otherwise, because turning
 * an unknown one off changes what software of today cannot know. CR3 exiting is known: off.
 */
const struct ctl_rule ctl_rules[CTL_COUNT] = {
	[CTL_PIN] = {"pin-based", PIN_NMI | PIN_VIRTUAL_NMI,                         0, PIN_EXTINT, 0x16   },
	[CTL_CPU] = {"primary",   CPU_IO_BITMAPS | CPU_MSR_BITMAPS | CPU_SECONDARY,  0,
		     CPU_INTR_WINDOW | CPU_TSC_OFFSET | CPU_HLT | CPU_INVLPG | CPU_MWAIT |
			     CPU_RDPMC | CPU_RDTSC | CPU_CR3_LOAD | CPU_CR3_STORE | CPU_CR8_LOAD |
			     CPU_CR8_STORE | CPU_MOV_DR | CPU_MONITOR | CPU_PAUSE,
		     0x0401e172									    },
	[CTL_CPU2] = {"secondary", CPU2_EPT | CPU2_UNRESTRICTED,
                     CPU2_RDTSCP | CPU2_VPID | CPU2_INVPCID | CPU2_XSAVES,
                     CPU2_WBINVD | CPU2_VMFUNC,						     0      },
	[CTL_EXIT] = {"exit",
                     EXITC_DEBUG | EXITC_HOST_64 | EXITC_SAVE_PAT | EXITC_LOAD_PAT |
			      EXITC_SAVE_EFER | EXITC_LOAD_EFER,
                     0,								 0,          0x36dff},
	[CTL_ENTRY] = {"entry",     ENTRYC_DEBUG | ENTRYC_LOAD_PAT | ENTRYC_LOAD_EFER, 0, 0,          0x11ff },
};

/* SDM vol. 3, appendix "VMX Capability Reporting Facility": the second row where BASIC offers it */
#define BASIC_TRUE_CTLS BIT64(55)

u32 ctl_msr(enum ctl_word word, u64 basic)
{
	static const u16 msrs[2][CTL_COUNT] = {
		{0x481, 0x482, 0x48b, 0x483, 0x484},
		{0x48d, 0x48e, 0x48b, 0x48f, 0x490},
	};

	return msrs[basic & BASIC_TRUE_CTLS ? 1 : 0][word];
}

enum bh_err ctl_adjust(const struct ctl_rule *rule, u64 cap, u32 *value, u32 *refused)
{
	u32 forced = (u32)cap, allowed = (u32)(cap >> 32);
	u32 wanted = (rule->default1 & ~rule->must0) | rule->may1;

	*value = (rule->must1 | (wanted & allowed) | forced) & allowed;
	*refused = (rule->must1 & ~allowed) | (rule->must0 & forced);
	return *refused ? BH_ERR_NO_FEATURE : BH_OK;
}

static const struct {
	enum ctl_word word;
	u32 bit;
	const char *name;
} names[] = {
	{CTL_PIN,   PIN_EXTINT,        "external-interrupt exiting"},
	{CTL_PIN,   PIN_NMI,           "NMI exiting"               },
	{CTL_PIN,   PIN_VIRTUAL_NMI,   "virtual NMIs"              },
	{CTL_PIN,   PIN_PREEMPT_TIMER, "VMX-preemption timer"      },
	{CTL_CPU,   CPU_IO_BITMAPS,    "I/O bitmaps"               },
	{CTL_CPU,   CPU_MSR_BITMAPS,   "MSR bitmaps"               },
	{CTL_CPU,   CPU_SECONDARY,     "secondary controls"        },
	{CTL_CPU,   CPU_CR3_LOAD,      "CR3-load exiting"          },
	{CTL_CPU,   CPU_CR3_STORE,     "CR3-store exiting"         },
	{CTL_CPU,   CPU_HLT,           "HLT exiting"               },
	{CTL_CPU2,  CPU2_EPT,          "EPT"                       },
	{CTL_CPU2,  CPU2_UNRESTRICTED, "unrestricted guest"        },
	{CTL_EXIT,  EXITC_HOST_64,     "host address-space size"   },
	{CTL_EXIT,  EXITC_LOAD_PAT,    "load IA32_PAT on exit"     },
	{CTL_EXIT,  EXITC_SAVE_PAT,    "save IA32_PAT on exit"     },
	{CTL_EXIT,  EXITC_LOAD_EFER,   "load IA32_EFER on exit"    },
	{CTL_EXIT,  EXITC_SAVE_EFER,   "save IA32_EFER on exit"    },
	{CTL_ENTRY, ENTRYC_LOAD_PAT,   "load IA32_PAT on entry"    },
	{CTL_ENTRY, ENTRYC_LOAD_EFER,  "load IA32_EFER on entry"   },
};

const char *ctl_bit_name(enum ctl_word word, u32 bit)
{
	for (u32 i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].word == word && (names[i].bit & bit))
			return names[i].name;
	return "reserved bit";
}
