# Vectors, and the program that judges them or any other folder with files of the same forms:
# `make check TESTS=` builds it, `tests/judge DIR` runs it.
judge_sources = tests/judge.h tests/judge_body.h tests/judge_reply.h \
	tests/judge_body.c tests/judge_exception.c tests/judge_file.c tests/judge_folder.c \
	tests/judge_hash.c tests/judge_jwt.c tests/judge_keys.c tests/judge_page.c tests/judge_replies.c \
	tests/judge_requests.c tests/judge_signin.c tests/judge_sigv4.c tests/judge_srp.c \
	tests/judge_suite.c tests/judge_totp.c \
	tests/pool/totp.c tests/pool/totp.h tests/pool/bytes.c tests/pool/bytes.h

check_PROGRAMS += tests/judge
tests_judge_SOURCES = tests/judge_main.c $(judge_sources)
tests_judge_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS)
tests_judge_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)

# The same judges on the vectors of this tree.
check_PROGRAMS += tests/unit/test_cognito_vectors
TESTS += tests/unit/test_cognito_vectors
tests_unit_test_cognito_vectors_SOURCES = tests/unit/test_cognito_vectors.c $(judge_sources)
tests_unit_test_cognito_vectors_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS) \
	-I$(srcdir)/tests
tests_unit_test_cognito_vectors_LDADD = $(unit_ldadd)

EXTRA_DIST += tests/vectors
