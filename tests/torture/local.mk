# Readers and a publisher: `make torture`, the same with ThreadSanitizer: `make torture-tsan`.
torture_sources = tests/torture/torture.c tests/unit/snap_sample.c src/base/paths.c \
	nss/initgroups.c nss/session.c
EXTRA_PROGRAMS += tests/torture/torture
tests_torture_torture_SOURCES = $(torture_sources) tests/unit/snap_sample.h nss/entry.h nss/session.h
tests_torture_torture_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -I$(srcdir)/nss \
	-DPATH_ROOT='"."'
tests_torture_torture_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)
CLEANFILES += tests/torture/torture tests/torture/torture_tsan

TORTURE = 32 32 10000
EXTRA_DIST += tests/torture/run
torture: tests/torture/torture
	@$(srcdir)/tests/torture/run tests/torture/torture $(TORTURE)

torture-tsan:
	mkdir -p tests/torture
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc -Itests -Inss -DPATH_ROOT='"."' \
		-fsanitize=thread -fno-sanitize-recover=all $(torture_sources) \
		src/snap/*.c src/base/bytes.c src/base/clock.c src/base/err.c src/base/file.c src/base/id.c \
		src/base/name.c src/base/text.c -pthread -o $(abs_builddir)/tests/torture/torture_tsan
	@$(srcdir)/tests/torture/run tests/torture/torture_tsan $(TORTURE)
