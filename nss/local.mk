# The NSS module. -z nodelete: its mappings outlive a dlclose() with threads inside (R-NSS-02).
lib_LTLIBRARIES += libnss_cognito.la
nss_sources = \
	nss/entry.h \
	nss/fill.c nss/fill.h \
	nss/group.c \
	nss/initgroups.c \
	nss/list.c \
	nss/miss.c nss/miss.h \
	nss/passwd.c \
	nss/session.c nss/session.h
libnss_cognito_la_SOURCES = $(nss_sources) src/base/paths.c
# Objects of its own: programs compile paths.c too.
libnss_cognito_la_CFLAGS = $(AM_CFLAGS)
libnss_cognito_la_LIBADD = libguest.la
libnss_cognito_la_LDFLAGS = $(GUEST_LDFLAGS) -Wl,-z,nodelete -version-info 2:0:0 \
	-Wl,--version-script=$(srcdir)/nss/libnss_cognito.map
libnss_cognito_la_DEPENDENCIES = libguest.la $(srcdir)/nss/libnss_cognito.map
EXTRA_DIST += nss/libnss_cognito.map
