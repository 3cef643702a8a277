bin_PROGRAMS += cognitoctl
cognitoctl_SOURCES = \
	src/cli/cli.h src/cli/facts.c src/cli/main.c src/cli/status.c src/cli/user.c \
	src/base/paths.c
cognitoctl_CFLAGS = $(AM_CFLAGS)
cognitoctl_LDADD = libguest.la
