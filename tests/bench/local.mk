# Figures, one line each: `make bench`.
noinst_PROGRAMS += tests/bench/bench_nss
bench_targets += bench-nss
tests_bench_bench_nss_SOURCES = tests/bench/bench_nss.c tests/bench/ideal.c tests/bench/ideal.h \
	tests/unit/snap_sample.c tests/unit/snap_sample.h src/base/paths.c
tests_bench_bench_nss_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-module"'
tests_bench_bench_nss_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)

bench-nss: tests/bench/bench_nss tests/unit/nss_module.la
	@tests/bench/bench_nss $(abs_builddir)/tests/unit/.libs/nss_module.so

noinst_PROGRAMS += tests/bench/bench_publish
bench_targets += bench-publish
tests_bench_bench_publish_SOURCES = tests/bench/bench_publish.c
tests_bench_bench_publish_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)

# In memory, as /run is.
bench-publish: tests/bench/bench_publish
	@dir=$$(mktemp -d -p /dev/shm) && tests/bench/bench_publish "$$dir"; rm -r "$$dir"

include tests/bench/login.mk
include tests/bench/memory.mk
include tests/bench/states.mk
include tests/bench/fleet.mk

# The first look-up of a process, beside a module that does the least.
check_LTLIBRARIES += tests/bench/nss_ideal.la
tests_bench_nss_ideal_la_SOURCES = tests/bench/nss_ideal.c tests/bench/first.h
tests_bench_nss_ideal_la_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-module"'
tests_bench_nss_ideal_la_LDFLAGS = $(GUEST_LDFLAGS) -module -avoid-version -rpath /nowhere
EXTRA_PROGRAMS += tests/bench/bench_first
bench_targets += bench-first
tests_bench_bench_first_SOURCES = tests/bench/bench_first.c tests/bench/first.h \
	tests/unit/snap_sample.c tests/unit/snap_sample.h src/base/paths.c
tests_bench_bench_first_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-module"'
tests_bench_bench_first_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)

bench-first: tests/bench/bench_first tests/bench/nss_ideal.la tests/unit/nss_module.la
	@tests/bench/bench_first $(abs_builddir)/tests/unit/.libs/nss_module.so \
		$(abs_builddir)/tests/bench/.libs/nss_ideal.so
