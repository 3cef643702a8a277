# Who may log in on this host: decided by guests, from the snapshot, the configuration and local files.
noinst_LTLIBRARIES += libaccess.la
libaccess_la_SOURCES = \
	src/access/access.c src/access/access.h \
	src/access/account.c src/access/ids.c src/access/say.h
