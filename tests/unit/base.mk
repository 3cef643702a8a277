base_tests = tests/unit/test_base tests/unit/test_text tests/unit/test_file \
	tests/unit/test_config tests/unit/test_identity tests/unit/test_host tests/unit/test_store \
	tests/unit/test_sshkeys tests/unit/test_rules tests/unit/test_sources
check_PROGRAMS += $(base_tests)
TESTS += $(base_tests)
tests_unit_test_base_SOURCES = tests/unit/test_base.c tests/unit/suite.h
tests_unit_test_text_SOURCES = tests/unit/test_text.c tests/unit/suite.h
tests_unit_test_file_SOURCES = tests/unit/test_file.c tests/unit/suite.h
tests_unit_test_config_SOURCES = tests/unit/test_config.c tests/unit/suite.h
tests_unit_test_sshkeys_SOURCES = tests/unit/test_sshkeys.c tests/unit/suite.h
tests_unit_test_sshkeys_LDADD = $(unit_ldadd)
image_fixture = tests/unit/image_fixture.h tests/unit/person.h tests/unit/suite.h
tests_unit_test_identity_SOURCES = tests/unit/test_identity.c $(image_fixture)
tests_unit_test_host_SOURCES = tests/unit/test_host.c tests/unit/suite.h
tests_unit_test_base_LDADD = $(unit_ldadd)
tests_unit_test_text_LDADD = $(unit_ldadd)
tests_unit_test_file_LDADD = $(unit_ldadd)
tests_unit_test_config_LDADD = $(unit_ldadd)
tests_unit_test_identity_LDADD = $(unit_ldadd)
tests_unit_test_host_LDADD = $(unit_ldadd)
tests_unit_test_store_SOURCES = tests/unit/test_store.c tests/unit/suite.h
tests_unit_test_store_LDADD = $(unit_ldadd)
tests_unit_test_rules_SOURCES = tests/unit/test_rules.c $(image_fixture)
tests_unit_test_rules_LDADD = $(unit_ldadd)
tests_unit_test_sources_SOURCES = tests/unit/test_sources.c tests/unit/suite.h
tests_unit_test_sources_LDADD = $(unit_ldadd)
