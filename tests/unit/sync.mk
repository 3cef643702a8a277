# When and how fast the pool is asked.
sync_tests = tests/unit/test_breaker tests/unit/test_quota tests/unit/test_schedule
check_PROGRAMS += $(sync_tests)
TESTS += $(sync_tests)
tests_unit_test_breaker_SOURCES = tests/unit/test_breaker.c tests/unit/suite.h
tests_unit_test_breaker_LDADD = $(unit_ldadd)
tests_unit_test_quota_SOURCES = tests/unit/test_quota.c tests/unit/suite.h
tests_unit_test_quota_LDADD = $(unit_ldadd)
tests_unit_test_schedule_SOURCES = tests/unit/test_schedule.c tests/unit/suite.h
tests_unit_test_schedule_LDADD = $(unit_ldadd)

check_PROGRAMS += tests/unit/test_kept
TESTS += tests/unit/test_kept
tests_unit_test_kept_SOURCES = tests/unit/test_kept.c $(daemon_fixture)
tests_unit_test_kept_CPPFLAGS = $(AM_CPPFLAGS) -DPATH_ROOT='"$(abs_builddir)/tests/root-kept"'
tests_unit_test_kept_LDADD = $(daemon_ldadd)
