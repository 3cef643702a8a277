# Whole logins as text: module, daemon and a scripted pool, through the real libpam and ours.
dialogue_tests = tests/dialogue/dialogue tests/dialogue/dialogue_fakepam
check_PROGRAMS += $(dialogue_tests)
# With the sanitizers once is enough: the module is in the same process then.
if SANITIZERS
TESTS += tests/dialogue/dialogue_fakepam
else
TESTS += $(dialogue_tests)
endif
# Everything lies below the working directory: dialogues run side by side, each in a folder.
dialogue_root = -DPATH_ROOT='"/proc/self/cwd"'
dialogue_sources = \
	tests/dialogue/cloud.c tests/dialogue/cloud.h \
	tests/dialogue/coverage.c tests/dialogue/coverage.h \
	tests/dialogue/dialogue.c \
	tests/dialogue/guest.c tests/dialogue/guest.h \
	tests/dialogue/hidden.h \
	tests/dialogue/house.c tests/dialogue/house.h \
	tests/dialogue/judge.c tests/dialogue/judge.h \
	tests/dialogue/params.c tests/dialogue/params.h \
	tests/dialogue/script.c tests/dialogue/script.h \
	tests/dialogue/srp_server.h \
	tests/dialogue/stage.c tests/dialogue/stage.h \
	tests/dialogue/story.c tests/dialogue/story.h \
	tests/contract/pam_lex.c tests/contract/pam_lex.h \
	tests/contract/pam_log.c tests/contract/pam_log.h \
	tests/contract/pam_world.c tests/contract/pam_world.h \
	$(daemon_fixture) \
	src/cognito/api.c src/daemon/outcome.c
# The daemon's own pauses, shorter: the same files once more, found before the library's.
dialogue_cppflags = $(AM_CPPFLAGS) -I$(srcdir)/tests $(dialogue_root) -DREFUSAL_MS=10 -DPAUSE_MS=1
dialogue_cflags = $(AM_CFLAGS) $(HOUSE_CFLAGS) $(CHECK_CFLAGS)
dialogue_ldadd = tests/dialogue/libsrpserver.la $(daemon_ldadd)

tests_dialogue_dialogue_SOURCES = $(dialogue_sources) tests/dialogue/hidden_real.c
tests_dialogue_dialogue_CPPFLAGS = $(dialogue_cppflags) -DDIALOGUE_ROOT='"tests/root-dialogue"'
tests_dialogue_dialogue_CFLAGS = $(dialogue_cflags)
tests_dialogue_dialogue_LDFLAGS = $(AM_LDFLAGS) -Wl,--export-dynamic
tests_dialogue_dialogue_LDADD = $(dialogue_ldadd) -lpam
tests_dialogue_dialogue_DEPENDENCIES = tests/dialogue/libsrpserver.la tests/unit/libdaemonfixture.la \
	libhouse.la libconfig.la libguest.la tests/dialogue/pam_under_test.la

tests_dialogue_dialogue_fakepam_SOURCES = $(dialogue_sources) tests/dialogue/hidden_fake.c \
	$(fakepam_sources) $(pam_sources)
tests_dialogue_dialogue_fakepam_CPPFLAGS = $(dialogue_cppflags) -I$(srcdir)/pam \
	-DDIALOGUE_ROOT='"tests/root-dialogue-fakepam"'
tests_dialogue_dialogue_fakepam_CFLAGS = $(dialogue_cflags)
tests_dialogue_dialogue_fakepam_LDFLAGS = $(AM_LDFLAGS) -Wl,--export-dynamic
tests_dialogue_dialogue_fakepam_LDADD = libaccess.la $(dialogue_ldadd)

# The module again, with paths below the working directory. Never installed.
check_LTLIBRARIES += tests/dialogue/libsrpserver.la tests/dialogue/pam_under_test.la
tests_dialogue_pam_under_test_la_SOURCES = $(pam_sources) src/base/paths.c
tests_dialogue_pam_under_test_la_CPPFLAGS = $(AM_CPPFLAGS) $(dialogue_root)
tests_dialogue_pam_under_test_la_LIBADD = $(pam_libadd)
tests_dialogue_pam_under_test_la_LDFLAGS = $(pam_ldflags) -rpath /nowhere

# The test pool's arithmetic; one name is the product's too.
tests_dialogue_libsrpserver_la_SOURCES = tests/dialogue/srp_server.c tests/dialogue/srp_server.h \
	tests/pool/bytes.c tests/pool/bytes.h tests/pool/srp.c tests/pool/srp.h
tests_dialogue_libsrpserver_la_CPPFLAGS = -I$(srcdir)/tests -D_GNU_SOURCE -Dsrp_public=srp_server_public
tests_dialogue_libsrpserver_la_CFLAGS = $(AM_CFLAGS) $(CRYPTO_CFLAGS)

EXTRA_DIST += tests/dialogue/README.md tests/dialogue/scripts
