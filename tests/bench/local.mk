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

bench-publish: tests/bench/bench_publish
	@dir=$$(mktemp -d) && tests/bench/bench_publish "$$dir"; rm -r "$$dir"

include tests/bench/login.mk
include tests/bench/fleet.mk
