# The cloud's side: src/net and src/cognito.
house_tests = \
	tests/unit/test_net_json \
	tests/unit/test_net_seal \
	tests/unit/test_net_skew \
	tests/unit/test_net_credentials \
	tests/unit/test_net_profiles \
	tests/unit/test_net_sources \
	tests/unit/test_net_process \
	tests/unit/test_net_sts \
	tests/unit/test_net_http \
	tests/unit/test_cognito_auth \
	tests/unit/test_cognito_api \
	tests/unit/test_cognito_directory \
	tests/unit/test_cognito_flows \
	tests/unit/test_cognito_password \
	tests/unit/test_cognito_second \
	tests/unit/test_cognito_kept \
	tests/unit/test_qr \
	tests/unit/test_cognito_srp \
	tests/unit/test_cognito_keyring
check_PROGRAMS += $(house_tests)
TESTS += $(house_tests)
net_fixture = tests/unit/net_fixture.h tests/unit/suite.h tests/unit/script_http.h
tests_unit_test_net_json_SOURCES = tests/unit/test_net_json.c tests/unit/suite.h
tests_unit_test_net_seal_SOURCES = tests/unit/test_net_seal.c tests/unit/suite.h
tests_unit_test_net_seal_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_seal_LDADD = $(unit_ldadd)
tests_unit_test_net_skew_SOURCES = tests/unit/test_net_skew.c tests/unit/suite.h
tests_unit_test_net_credentials_SOURCES = tests/unit/test_net_credentials.c tests/unit/suite.h \
	tests/unit/script_http.h
tests_unit_test_net_profiles_SOURCES = tests/unit/test_net_profiles.c $(net_fixture)
tests_unit_test_net_sources_SOURCES = tests/unit/test_net_sources.c $(net_fixture)
tests_unit_test_net_process_SOURCES = tests/unit/test_net_process.c $(net_fixture)
tests_unit_test_net_sts_SOURCES = tests/unit/test_net_sts.c tests/unit/suite.h
tests_unit_test_net_http_SOURCES = tests/unit/test_net_http.c tests/unit/suite.h \
	tests/unit/https_server.c tests/unit/https_server.h
play_sources = tests/unit/play.c tests/unit/play.h tests/unit/suite.h
tests_unit_test_cognito_auth_SOURCES = tests/unit/test_cognito_auth.c $(play_sources)
tests_unit_test_cognito_flows_SOURCES = tests/unit/test_cognito_flows.c $(play_sources)
tests_unit_test_cognito_password_SOURCES = tests/unit/test_cognito_password.c $(play_sources)
tests_unit_test_cognito_second_SOURCES = tests/unit/test_cognito_second.c $(play_sources)
tests_unit_test_cognito_api_SOURCES = tests/unit/test_cognito_api.c tests/unit/suite.h \
	tests/unit/script_http.h
tests_unit_test_cognito_directory_SOURCES = tests/unit/test_cognito_directory.c tests/unit/suite.h
tests_unit_test_cognito_srp_SOURCES = tests/unit/test_cognito_srp.c tests/unit/suite.h
tests_unit_test_cognito_flows_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_flows_LDADD = $(unit_ldadd)
tests_unit_test_cognito_password_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_password_LDADD = $(unit_ldadd)
tests_unit_test_cognito_kept_SOURCES = tests/unit/test_cognito_kept.c $(play_sources)
tests_unit_test_cognito_kept_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_kept_LDADD = $(unit_ldadd)
tests_unit_test_qr_SOURCES = tests/unit/test_qr.c tests/unit/suite.h
tests_unit_test_qr_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_qr_LDADD = $(unit_ldadd)
tests_unit_test_cognito_second_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_second_LDADD = $(unit_ldadd)
tests_unit_test_cognito_srp_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_srp_LDADD = $(unit_ldadd)
tests_unit_test_cognito_keyring_SOURCES = tests/unit/test_cognito_keyring.c tests/unit/suite.h \
	tests/unit/script_http.h
tests_unit_test_net_json_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_skew_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_credentials_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_profiles_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_sources_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_sts_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_process_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_http_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_auth_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_api_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_directory_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_cognito_keyring_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
tests_unit_test_net_json_LDADD = $(unit_ldadd)
tests_unit_test_net_skew_LDADD = $(unit_ldadd)
tests_unit_test_net_credentials_LDADD = $(unit_ldadd)
tests_unit_test_net_profiles_LDADD = $(unit_ldadd)
tests_unit_test_net_sources_LDADD = $(unit_ldadd)
tests_unit_test_net_sts_LDADD = $(unit_ldadd)
tests_unit_test_net_process_LDADD = $(unit_ldadd)
tests_unit_test_net_http_LDADD = $(unit_ldadd) -lssl
tests_unit_test_cognito_auth_LDADD = $(unit_ldadd)
tests_unit_test_cognito_api_LDADD = $(unit_ldadd)
tests_unit_test_cognito_directory_LDADD = $(unit_ldadd)
tests_unit_test_cognito_keyring_LDADD = $(unit_ldadd)
