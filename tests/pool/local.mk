# The strict test user pool: an oracle that shares no code with the product.
noinst_PROGRAMS += tests/pool/cognito-pool

tests_pool_cognito_pool_SOURCES = \
	tests/pool/api.c tests/pool/api.h \
	tests/pool/bytes.c tests/pool/bytes.h \
	tests/pool/call.c tests/pool/call.h \
	tests/pool/challenge.c tests/pool/challenge.h \
	tests/pool/challenge_answer.c tests/pool/challenge_ask.h \
	tests/pool/challenge_srp.c tests/pool/challenge_srp.h \
	tests/pool/choice.c tests/pool/choice.h \
	tests/pool/container.c tests/pool/container.h \
	tests/pool/control.c tests/pool/control.h \
	tests/pool/custom.c tests/pool/custom.h \
	tests/pool/device.c tests/pool/device.h \
	tests/pool/envfile.c tests/pool/envfile.h \
	tests/pool/fault.c tests/pool/fault.h \
	tests/pool/filter.c tests/pool/filter.h \
	tests/pool/generate.c \
	tests/pool/http.c tests/pool/http.h \
	tests/pool/imds.c tests/pool/imds.h \
	tests/pool/issued.c tests/pool/issued.h \
	tests/pool/journal.c tests/pool/journal.h \
	tests/pool/listen.c \
	tests/pool/lockout.c tests/pool/lockout.h \
	tests/pool/main.c \
	tests/pool/model.c tests/pool/model.h \
	tests/pool/model_user.c \
	tests/pool/operations.c tests/pool/operations.h \
	tests/pool/ops_account.c \
	tests/pool/ops_auth.c \
	tests/pool/ops_device.c \
	tests/pool/ops_group.c \
	tests/pool/ops_list.c \
	tests/pool/ops_mfa.c \
	tests/pool/ops_pool.c \
	tests/pool/ops_user.c \
	tests/pool/paging.c tests/pool/paging.h \
	tests/pool/password.c tests/pool/password.h \
	tests/pool/quota.c tests/pool/quota.h \
	tests/pool/schema.c tests/pool/schema.h \
	tests/pool/session.c tests/pool/session.h \
	tests/pool/signin.c tests/pool/signin.h \
	tests/pool/sigv4.c tests/pool/sigv4.h \
	tests/pool/srp.c tests/pool/srp.h \
	tests/pool/startfile.c tests/pool/startfile.h \
	tests/pool/startfile_aws.c \
	tests/pool/startfile_flow.c tests/pool/startfile_part.h \
	tests/pool/strmap.c tests/pool/strmap.h \
	tests/pool/sts.c tests/pool/sts.h \
	tests/pool/tls.c tests/pool/tls.h \
	tests/pool/token.c tests/pool/token.h \
	tests/pool/token_flaw.c tests/pool/token_flaw.h \
	tests/pool/token_keys.c tests/pool/token_keys.h \
	tests/pool/totp.c tests/pool/totp.h \
	tests/pool/validate.c tests/pool/validate.h

tests_pool_cognito_pool_CFLAGS = $(AM_CFLAGS) $(MICROHTTPD_CFLAGS) $(JSON_CFLAGS) $(CRYPTO_CFLAGS) -pthread
tests_pool_cognito_pool_LDADD = $(MICROHTTPD_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)

EXTRA_DIST += tests/pool/README.md tests/pool/demo.json tests/pool/poolctl

# The pool's own tests: codes by vectors, rules by a client of their own, contents by awscli.
check_PROGRAMS += tests/unit/test_pool_totp
TESTS += tests/unit/test_pool_totp
tests_unit_test_pool_totp_SOURCES = tests/unit/test_pool_totp.c tests/unit/suite.h tests/pool/totp.c \
	tests/pool/bytes.c
tests_unit_test_pool_totp_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_unit_test_pool_totp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(JSON_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_pool_totp_LDADD = $(CHECK_LIBS) $(JSON_LIBS) $(CRYPTO_LIBS)
check_PROGRAMS += tests/unit/test_pool_srp
TESTS += tests/unit/test_pool_srp
tests_unit_test_pool_srp_SOURCES = tests/unit/test_pool_srp.c tests/unit/suite.h tests/pool/srp.c \
	tests/pool/bytes.c tests/judge_file.c tests/judge.h
tests_unit_test_pool_srp_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests
tests_unit_test_pool_srp_CFLAGS = $(AM_CFLAGS) $(CHECK_CFLAGS) $(CRYPTO_CFLAGS)
tests_unit_test_pool_srp_LDADD = $(unit_ldadd)
EXTRA_DIST += tests/contract/pool-awscli.sh tests/contract/pool-rules.py tests/contract/pool-parts tests/contract/pool-js \
	tests/contract/npm tests/contract/cognito-local
