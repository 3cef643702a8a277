daemon_tests = tests/unit/test_boot tests/unit/test_bound tests/unit/test_change \
	tests/unit/test_conn \
	tests/unit/test_conn_login tests/unit/test_device tests/unit/test_exceptions \
	tests/unit/test_hasher tests/unit/test_hidden tests/unit/test_limiter \
	tests/unit/test_listener tests/unit/test_logins tests/unit/test_look_up \
	tests/unit/test_offline tests/unit/test_probe tests/unit/test_publish tests/unit/test_sweep \
	tests/unit/test_sync tests/unit/test_tally tests/unit/test_verdict tests/unit/test_wiped
check_PROGRAMS += $(daemon_tests)
TESTS += $(daemon_tests)
# The daemon in pieces is compiled once; each program has the paths of its own root.
check_LTLIBRARIES += tests/unit/libdaemonfixture.la
tests_unit_libdaemonfixture_la_SOURCES = tests/unit/daemon_fixture.c tests/unit/daemon_fixture.h \
	tests/unit/log_fixture.c tests/unit/log_fixture.h tests/unit/person.h
tests_unit_libdaemonfixture_la_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
daemon_fixture = tests/unit/suite.h src/base/paths.c
daemon_ldadd = tests/unit/libdaemonfixture.la $(unit_ldadd) $(SYSTEMD_LIBS)
tests_unit_test_boot_SOURCES = tests/unit/test_boot.c $(daemon_fixture)
tests_unit_test_bound_SOURCES = tests/unit/test_bound.c $(daemon_fixture)
conn_fixture = tests/unit/conn_fixture.c tests/unit/conn_fixture.h $(daemon_fixture)
tests_unit_test_conn_SOURCES = tests/unit/test_conn.c $(conn_fixture)
tests_unit_test_conn_login_SOURCES = tests/unit/test_conn_login.c $(conn_fixture)
dialogue_fixture = tests/unit/dialogue_fixture.c tests/unit/dialogue_fixture.h $(conn_fixture)
tests_unit_test_change_SOURCES = tests/unit/test_change.c $(dialogue_fixture)
tests_unit_test_tally_SOURCES = tests/unit/test_tally.c $(dialogue_fixture)
tests_unit_test_listener_SOURCES = tests/unit/test_listener.c src/daemon/listener.c $(daemon_fixture)
# PAM's table too: from the pool's words to PAM's.
tests_unit_test_exceptions_SOURCES = tests/unit/test_exceptions.c pam/codes.c $(daemon_fixture)
tests_unit_test_exceptions_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-exceptions"'
tests_unit_test_exceptions_LDADD = $(daemon_ldadd)
tests_unit_test_limiter_SOURCES = tests/unit/test_limiter.c tests/unit/suite.h
tests_unit_test_limiter_LDADD = $(unit_ldadd)
tests_unit_test_logins_SOURCES = tests/unit/test_logins.c $(daemon_fixture)
tests_unit_test_probe_SOURCES = tests/unit/test_probe.c src/daemon/probe.c \
	$(daemon_fixture)
tests_unit_test_publish_SOURCES = tests/unit/test_publish.c src/daemon/publish.c tests/unit/snap_check.c \
	tests/unit/snap_check.h $(daemon_fixture)
source_fixture = tests/unit/source_fixture.h $(daemon_fixture)
tests_unit_test_look_up_SOURCES = tests/unit/test_look_up.c $(source_fixture)
tests_unit_test_sweep_SOURCES = tests/unit/test_sweep.c $(source_fixture)
tests_unit_test_sync_SOURCES = tests/unit/test_sync.c src/daemon/sync.c $(source_fixture)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c $(daemon_fixture)
tests_unit_test_device_SOURCES = tests/unit/test_device.c $(daemon_fixture)
tests_unit_test_hasher_SOURCES = tests/unit/test_hasher.c tests/unit/suite.h
tests_unit_test_hasher_LDADD = $(unit_ldadd)
tests_unit_test_offline_SOURCES = tests/unit/test_offline.c tests/unit/play.c tests/unit/play.h \
	$(daemon_fixture)
# A root each: the tests run side by side.
tests_unit_test_boot_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-boot"'
tests_unit_test_bound_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-bound"'
tests_unit_test_change_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-change"'
tests_unit_test_conn_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-conn"'
tests_unit_test_conn_login_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-conn-login"'
tests_unit_test_listener_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-listener"' \
	-DLOOK_MS=100
tests_unit_test_logins_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-logins"'
tests_unit_test_probe_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-probe"' \
	-DAGAIN_MS=20
tests_unit_test_publish_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-publish"' \
	-DAGAIN_MS=20
tests_unit_test_look_up_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-look-up"'
tests_unit_test_sweep_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-sweep"'
tests_unit_test_sync_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-sync"' \
	-DLOOK_MS=20 -DRETURN_MS=20 -DSTRANGER_MS=50
tests_unit_test_tally_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-tally"'
tests_unit_test_verdict_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-verdict"'
tests_unit_test_boot_LDADD = $(daemon_ldadd)
tests_unit_test_bound_LDADD = $(daemon_ldadd)
tests_unit_test_change_LDADD = $(daemon_ldadd)
tests_unit_test_device_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-device"'
tests_unit_test_offline_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-offline"'
tests_unit_test_device_LDADD = $(daemon_ldadd)
tests_unit_test_offline_LDADD = $(daemon_ldadd)
tests_unit_test_conn_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=event_add
tests_unit_test_conn_LDADD = $(daemon_ldadd)
tests_unit_test_conn_login_LDADD = $(daemon_ldadd)
tests_unit_test_listener_LDFLAGS = $(AM_LDFLAGS) \
	-Wl,--wrap=getsockopt,--wrap=conn_open,--wrap=conn_peer
tests_unit_test_listener_LDADD = $(daemon_ldadd)
tests_unit_test_logins_LDADD = $(daemon_ldadd)
tests_unit_test_probe_LDADD = $(daemon_ldadd)
tests_unit_test_publish_LDADD = $(daemon_ldadd)
tests_unit_test_look_up_LDADD = $(daemon_ldadd)
tests_unit_test_sweep_LDADD = $(daemon_ldadd)
tests_unit_test_sync_LDADD = $(daemon_ldadd)
tests_unit_test_tally_LDADD = $(daemon_ldadd)
tests_unit_test_verdict_LDADD = $(daemon_ldadd)
tests_unit_test_hidden_SOURCES = tests/unit/test_hidden.c $(daemon_fixture)
tests_unit_test_hidden_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-hidden"'
tests_unit_test_hidden_LDADD = $(daemon_ldadd)
tests_unit_test_wiped_SOURCES = tests/unit/test_wiped.c $(conn_fixture)
tests_unit_test_wiped_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-wiped"'
tests_unit_test_wiped_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=free
tests_unit_test_wiped_LDADD = $(daemon_ldadd)
