# Snapshot and NSS. Each program that uses the compiled-in paths has a root of its own.
snap_tests = tests/unit/test_snap tests/unit/test_snap_amend tests/unit/test_snap_bytes \
	tests/unit/test_snap_publish tests/unit/test_snap_slots tests/unit/test_nss \
	tests/unit/test_nss_daemon tests/unit/test_nss_list tests/unit/test_nss_module
check_PROGRAMS += $(snap_tests)
TESTS += $(snap_tests)

check_LTLIBRARIES += tests/unit/libsnapfixture.la
tests_unit_libsnapfixture_la_SOURCES = tests/unit/snap_check.c tests/unit/snap_check.h \
	tests/unit/snap_sample.c tests/unit/snap_sample.h
snap_fixture = tests/unit/suite.h src/base/paths.c
snap_ldadd = tests/unit/libsnapfixture.la $(unit_ldadd)
snap_wraps = -Wl,--wrap=fsync,--wrap=fchmod,--wrap=close,--wrap=unlinkat,--wrap=renameat \
	-Wl,--wrap=clock_gettime,--wrap=pwrite,--wrap=pread,--wrap=openat,--wrap=writev

tests_unit_test_snap_SOURCES = tests/unit/test_snap.c tests/unit/snap_folder.h $(snap_fixture)
tests_unit_test_snap_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_snap_LDADD = $(snap_ldadd)

tests_unit_test_snap_bytes_SOURCES = tests/unit/test_snap_bytes.c tests/unit/snap_folder.h $(snap_fixture)
tests_unit_test_snap_bytes_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_snap_bytes_LDADD = $(snap_ldadd)

tests_unit_test_snap_amend_SOURCES = tests/unit/test_snap_amend.c $(snap_fixture)
tests_unit_test_snap_amend_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_snap_amend_LDADD = $(snap_ldadd)

tests_unit_test_snap_publish_SOURCES = tests/unit/test_snap_publish.c tests/unit/snap_folder.h $(snap_fixture)
tests_unit_test_snap_publish_CPPFLAGS = $(AM_CPPFLAGS)
tests_unit_test_snap_publish_LDFLAGS = $(AM_LDFLAGS) $(snap_wraps)
tests_unit_test_snap_publish_LDADD = $(snap_ldadd)

tests_unit_test_snap_slots_SOURCES = tests/unit/test_snap_slots.c $(snap_fixture)
tests_unit_test_snap_slots_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-slots"'
tests_unit_test_snap_slots_LDADD = $(snap_ldadd)

nss_fixture = tests/unit/nss_fixture.c tests/unit/nss_fixture.h $(snap_fixture) $(nss_sources)
tests_unit_test_nss_SOURCES = tests/unit/test_nss.c $(nss_fixture)
tests_unit_test_nss_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/nss \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-nss"'
tests_unit_test_nss_LDADD = $(snap_ldadd)
tests_unit_test_nss_daemon_SOURCES = tests/unit/test_nss_daemon.c $(nss_fixture)
tests_unit_test_nss_daemon_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/nss \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-nss-daemon"'
tests_unit_test_nss_daemon_LDADD = $(snap_ldadd)
tests_unit_test_nss_list_SOURCES = tests/unit/test_nss_list.c $(nss_fixture)
tests_unit_test_nss_list_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/nss \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-nss-list"'
tests_unit_test_nss_list_LDADD = $(snap_ldadd)

# The module as it is shipped, but for the paths: for the tests that load it and for the figures.
check_LTLIBRARIES += tests/unit/nss_module.la
tests_unit_nss_module_la_SOURCES = $(nss_sources) src/base/paths.c
tests_unit_nss_module_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-module"'
tests_unit_nss_module_la_LIBADD = libguest.la
tests_unit_nss_module_la_LDFLAGS = $(GUEST_LDFLAGS) -Wl,-z,nodelete -module -avoid-version \
	-rpath /nowhere -Wl,--version-script=$(srcdir)/nss/libnss_cognito.map

tests_unit_test_nss_module_SOURCES = tests/unit/test_nss_module.c $(snap_fixture)
tests_unit_test_nss_module_CPPFLAGS = $(AM_CPPFLAGS) \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-module"' \
	-DMODULE='"$(abs_builddir)/tests/unit/.libs/nss_module.so"'
tests_unit_test_nss_module_LDADD = $(snap_ldadd)
tests_unit_test_nss_module_DEPENDENCIES = tests/unit/nss_module.la tests/unit/libsnapfixture.la \
	libhouse.la libconfig.la libguest.la

# Instructions of a hit, counted where valgrind is installed: no clock, so it holds on any machine.
check_PROGRAMS += tests/unit/hot_calls
TESTS += tests/unit/instructions.sh
EXTRA_DIST += tests/unit/instructions.sh
tests_unit_hot_calls_SOURCES = tests/unit/hot_calls.c tests/unit/snap_sample.c \
	tests/unit/snap_sample.h src/base/paths.c $(nss_sources)
tests_unit_hot_calls_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/nss \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-hot"'
tests_unit_hot_calls_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)
