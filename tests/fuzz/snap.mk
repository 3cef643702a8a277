# The snapshot reader: the kept corpus in `make check`; `make fuzz-snap FUZZ_SECONDS=60` with clang.
check_PROGRAMS += tests/fuzz/fuzz_snap
TESTS += tests/fuzz/run-snap
tests_fuzz_fuzz_snap_SOURCES = tests/fuzz/fuzz_snap.c \
	tests/unit/snap_check.c tests/unit/snap_check.h
tests_fuzz_fuzz_snap_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests -DFUZZ_MAIN
tests_fuzz_fuzz_snap_LDADD = libguest.la
EXTRA_DIST += tests/fuzz/run tests/fuzz/run-snap tests/fuzz/corpus-snap

fuzz_snap_files = tests/fuzz/fuzz_snap.c tests/unit/snap_check.c src/snap/read.c src/snap/judge.c \
	src/snap/list.c \
	src/base/id.c src/base/name.c
# Of the snapshot's reader, the way from a page to a record, the loader of state; and of the others.
FUZZ_SECONDS = 60
FUZZ_OTHER_SECONDS = $(FUZZ_SECONDS)
fuzz-snap:
	mkdir -p tests/fuzz
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc -Itests \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(fuzz_snap_files) \
		-o $(abs_builddir)/tests/fuzz/fuzz_snap_llvm
	$(srcdir)/tests/fuzz/run tests/fuzz/fuzz_snap_llvm tests/fuzz/found-snap \
		$(srcdir)/tests/fuzz/corpus-snap $(FUZZ_SECONDS) 16384
CLEANFILES += tests/fuzz/fuzz_snap_llvm
