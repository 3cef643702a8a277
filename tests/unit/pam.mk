# The module's files against a libpam of the test's own, the client and the codec.
pam_tests = tests/unit/test_client tests/unit/test_pam_account tests/unit/test_pam_codes \
	tests/unit/test_pam_conv tests/unit/test_wire
check_PROGRAMS += $(pam_tests)
TESTS += $(pam_tests)

tests_unit_test_client_SOURCES = tests/unit/test_client.c tests/unit/suite.h
tests_unit_test_client_LDADD = $(unit_ldadd)
tests_unit_test_wire_SOURCES = tests/unit/test_wire.c tests/unit/suite.h
tests_unit_test_wire_LDADD = $(unit_ldadd)

pam_fake = tests/unit/suite.h tests/unit/test_pam_fake.c tests/unit/test_pam_fake.h
tests_unit_test_pam_codes_SOURCES = tests/unit/test_pam_codes.c tests/unit/suite.h \
	pam/answer.c pam/args.c pam/codes.c
tests_unit_test_pam_codes_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam
tests_unit_test_pam_codes_LDADD = $(unit_ldadd)
tests_unit_test_pam_conv_SOURCES = tests/unit/test_pam_conv.c $(pam_fake) pam/conv.c
tests_unit_test_pam_conv_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam
tests_unit_test_pam_conv_LDADD = $(unit_ldadd)
tests_unit_test_pam_account_SOURCES = tests/unit/test_pam_account.c $(pam_fake) \
	tests/contract/pam_world.c tests/contract/pam_world.h $(pam_sources) src/base/paths.c
tests_unit_test_pam_account_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/pam -I$(srcdir)/tests \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-account"'
tests_unit_test_pam_account_LDADD = libaccess.la $(unit_ldadd)
