# When and how fast the pool is asked.
sync_tests = tests/unit/test_breaker
check_PROGRAMS += $(sync_tests)
TESTS += $(sync_tests)
tests_unit_test_breaker_SOURCES = tests/unit/test_breaker.c tests/unit/suite.h
tests_unit_test_breaker_LDADD = $(unit_ldadd)
