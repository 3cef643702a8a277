# Publishing, committing and the boot copy under kills and full disks: `make fault` (FAULT_KILLS=500).
EXTRA_PROGRAMS += tests/fault/fault
tests_fault_fault_SOURCES = tests/fault/fault.c tests/fault/world.c tests/fault/world.h src/base/paths.c
tests_fault_fault_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -DPATH_ROOT='"."'
tests_fault_fault_CFLAGS = $(AM_CFLAGS)
tests_fault_fault_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) $(SYSTEMD_LIBS)

FAULT_KILLS = 500
fault: tests/fault/fault
	@$(srcdir)/tests/torture/run tests/fault/fault $(FAULT_KILLS)
CLEANFILES += tests/fault/fault
