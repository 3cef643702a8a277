# A libpam of our own, and the scripts of tests/contract through it.
fakepam_sources = tests/fakepam/fakepam.h tests/fakepam/items.c tests/fakepam/stack.c

check_PROGRAMS += tests/fakepam/pam_script tests/fakepam/pam_faults
TESTS += tests/fakepam/pam_script tests/fakepam/pam_faults
tests_fakepam_pam_script_SOURCES = $(fakepam_sources) tests/fakepam/module_contract.c \
	$(pam_script_sources) $(pam_sources)
tests_fakepam_pam_script_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -I$(srcdir)/pam \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-fakepam"' -DLOGIN_SECOND_MS=100
tests_fakepam_pam_script_LDADD = tests/fakepam/libpamtool.la libaccess.la libhouse.la libconfig.la libguest.la \
	$(HOUSE_LIBS)

# The tool's entry points beside the module's.
check_LTLIBRARIES += tests/fakepam/libpamtool.la
tests_fakepam_libpamtool_la_SOURCES = tests/contract/pam_tool.c
tests_fakepam_libpamtool_la_CPPFLAGS = $(AM_CPPFLAGS) \
	-Dpam_sm_authenticate=tool_sm_authenticate -Dpam_sm_setcred=tool_sm_setcred \
	-Dpam_sm_acct_mgmt=tool_sm_acct_mgmt -Dpam_sm_open_session=tool_sm_open_session \
	-Dpam_sm_close_session=tool_sm_close_session -Dpam_sm_chauthtok=tool_sm_chauthtok

tests_fakepam_pam_faults_SOURCES = $(fakepam_sources) tests/fakepam/pam_faults.c \
	tests/contract/pam_daemon.c tests/contract/pam_daemon.h \
	tests/contract/pam_lex.c tests/contract/pam_lex.h \
	tests/contract/pam_log.c tests/contract/pam_log.h \
	tests/contract/pam_world.c tests/contract/pam_world.h \
	$(pam_sources) src/base/paths.c
tests_fakepam_pam_faults_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -I$(srcdir)/pam \
	-DPATH_ROOT='"$(abs_builddir)/tests/root-faults"'
tests_fakepam_pam_faults_LDFLAGS = $(AM_LDFLAGS) -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc \
	-Wl,--wrap=reallocarray,--wrap=strdup
tests_fakepam_pam_faults_LDADD = libaccess.la libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)
