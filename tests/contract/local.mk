# What other programs see of the parts: PAM by scripts through the real libpam, the test pool
# through Debian's awscli.
check_PROGRAMS += tests/contract/pam_script
TESTS += tests/contract/pam_script tests/contract/pam-imports.sh
pam_test_root = -DPATH_ROOT='"$(abs_builddir)/tests/root-pam"'
pam_script_sources = \
	tests/contract/pam_daemon.c tests/contract/pam_daemon.h \
	tests/contract/pam_lex.c tests/contract/pam_lex.h \
	tests/contract/pam_log.c tests/contract/pam_log.h \
	tests/contract/pam_pair.c tests/contract/pam_pair.h \
	tests/contract/pam_script.c \
	tests/contract/pam_world.c tests/contract/pam_world.h \
	src/base/paths.c
tests_contract_pam_script_SOURCES = $(pam_script_sources)
tests_contract_pam_script_CPPFLAGS = $(AM_CPPFLAGS) $(pam_test_root)
tests_contract_pam_script_LDFLAGS = $(AM_LDFLAGS) -Wl,--export-dynamic
tests_contract_pam_script_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) -lpam
tests_contract_pam_script_DEPENDENCIES = libhouse.la libconfig.la libguest.la \
	tests/contract/pam_under_test.la tests/contract/pam_tool.la

# The module again, below another root and with shorter seconds. Never installed.
check_LTLIBRARIES += tests/contract/pam_under_test.la tests/contract/pam_tool.la
tests_contract_pam_under_test_la_SOURCES = $(pam_sources) src/base/paths.c \
	tests/contract/pam_freed.c
tests_contract_pam_under_test_la_CPPFLAGS = $(AM_CPPFLAGS) $(pam_test_root) -DLOGIN_SECOND_MS=100
tests_contract_pam_under_test_la_LIBADD = $(pam_libadd)
tests_contract_pam_under_test_la_LDFLAGS = $(pam_ldflags) -Wl,--wrap=free -rpath /nowhere
tests_contract_pam_tool_la_SOURCES = tests/contract/pam_tool.c
tests_contract_pam_tool_la_LIBADD = -lpam
tests_contract_pam_tool_la_LDFLAGS = $(AM_LDFLAGS) -module -avoid-version -shared -rpath /nowhere

EXTRA_DIST += tests/contract/pam-imports.sh tests/contract/pool-awscli.sh tests/contract/pool-rules.py tests/contract/scripts
