# The PAM module: libc and libpam at run time, libinih inside. Its tests build it again with other
# paths, hence the list.
pam_LTLIBRARIES = pam_cognito.la
pam_sources = \
	pam/account.c pam/account.h \
	pam/answer.c pam/answer.h \
	pam/args.c pam/args.h \
	pam/call.c pam/call.h \
	pam/codes.c pam/codes.h \
	pam/conv.c pam/conv.h \
	pam/dialogue.c pam/dialogue.h \
	pam/login.c pam/login.h \
	pam/password.c pam/password.h \
	pam/policy.c pam/policy.h \
	pam/public.c \
	pam/session.c pam/session.h
pam_ldflags = $(GUEST_LDFLAGS) -module -avoid-version -shared \
	-Wl,--version-script=$(srcdir)/pam/pam_cognito.map
pam_libadd = libaccess.la libconfig.la libguest.la $(INIH_LIBS) -lpam
pam_cognito_la_SOURCES = $(pam_sources) src/base/paths.c
# Objects of its own: programs compile paths.c too.
pam_cognito_la_CFLAGS = $(AM_CFLAGS)
pam_cognito_la_LIBADD = $(pam_libadd)
pam_cognito_la_LDFLAGS = $(pam_ldflags)
pam_cognito_la_DEPENDENCIES = libaccess.la libguest.la libconfig.la $(srcdir)/pam/pam_cognito.map
EXTRA_DIST += pam/pam_cognito.map
