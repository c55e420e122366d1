# SPDX-License-Identifier: BSD-2-Clause

include guests/lib/guest.mk

$(eval $(call native_guest,attacker))
