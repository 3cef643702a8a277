# One libcheck program a source file or topic; each runs as any user, without a network.
unit_ldadd = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) $(CHECK_LIBS)

include tests/unit/base.mk
include tests/unit/daemon.mk
include tests/unit/house.mk
include tests/unit/pam.mk
include tests/unit/snap.mk
include tests/unit/sync.mk

# The scratch roots of tests that need the compiled-in paths.
clean-local:
	rm -rf tests/root-*
