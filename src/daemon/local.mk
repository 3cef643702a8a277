libhouse_la_SOURCES += \
	src/daemon/ancestry.c src/daemon/ancestry.h \
	src/daemon/boot.c src/daemon/boot.h \
	src/daemon/bound.c src/daemon/bound.h \
	src/daemon/change.c src/daemon/change.h \
	src/daemon/compile.c src/daemon/compile.h \
	src/daemon/conn.c src/daemon/conn.h \
	src/daemon/daemon.h \
	src/daemon/device.c src/daemon/device.h \
	src/daemon/errand.c src/daemon/errand.h \
	src/daemon/facts.c src/daemon/facts.h \
	src/daemon/hasher.c src/daemon/hasher.h \
	src/daemon/gids.c src/daemon/gids.h \
	src/daemon/hidden.c src/daemon/hidden.h \
	src/daemon/hold.c src/daemon/hold.h \
	src/daemon/hostwatch.c src/daemon/hostwatch.h \
	src/daemon/kept.c src/daemon/kept.h \
	src/daemon/kept_save.c \
	src/daemon/kept_file.c src/daemon/kept_file.h \
	src/daemon/limiter.c src/daemon/limiter.h \
	src/daemon/listener.c src/daemon/listener.h \
	src/daemon/log.c src/daemon/log.h \
	src/daemon/logins.c src/daemon/logins.h \
	src/daemon/lookup.c src/daemon/lookup.h \
	src/daemon/membership.c src/daemon/membership.h \
	src/daemon/offline.c src/daemon/offline.h \
	src/daemon/offline_notes.c src/daemon/offline_notes.h \
	src/daemon/ops.c src/daemon/ops.h \
	src/daemon/outcome.c src/daemon/outcome.h \
	src/daemon/pages.c src/daemon/pages.h \
	src/daemon/probe.c src/daemon/probe.h \
	src/daemon/publish.c src/daemon/publish.h \
	src/daemon/quota.c src/daemon/quota.h \
	src/daemon/saver.c src/daemon/saver.h \
	src/daemon/schedule.c src/daemon/schedule.h \
	src/daemon/secrets.c src/daemon/secrets.h \
	src/daemon/session.c src/daemon/session.h \
	src/daemon/setup.c \
	src/daemon/signin.c src/daemon/signin.h \
	src/daemon/source.h \
	src/daemon/source_disabled.c \
	src/daemon/source_full.c \
	src/daemon/source_one.c \
	src/daemon/status.c src/daemon/status.h \
	src/daemon/status_user.c \
	src/daemon/steps.c src/daemon/steps.h \
	src/daemon/sync.c src/daemon/sync.h \
	src/daemon/tally.c src/daemon/tally.h \
	src/daemon/usage.c src/daemon/usage.h \
	src/daemon/verdict.c src/daemon/verdict.h

sbin_PROGRAMS += cognitod
cognitod_SOURCES = src/daemon/main.c src/base/paths.c
cognitod_CFLAGS = $(AM_CFLAGS)
cognitod_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) $(SYSTEMD_LIBS)
