# Directory pages, the kept image and state.db on any bytes: the kept corpus in `make check`;
# `make fuzz-pages fuzz-state FUZZ_SECONDS=60` with clang. `make fuzz` runs all of them.
check_PROGRAMS += tests/fuzz/fuzz_state
TESTS += tests/fuzz/run-state
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/fuzz_state.c src/base/paths.c
tests_fuzz_fuzz_state_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN -DPATH_ROOT='"."'
tests_fuzz_fuzz_state_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS)
tests_fuzz_fuzz_state_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) $(SYSTEMD_LIBS)
EXTRA_DIST += tests/fuzz/run-state tests/fuzz/corpus-state

fuzz_state_files = tests/fuzz/fuzz_state.c src/base/*.c src/config/*.c src/identity/*.c src/store/*.c \
	src/net/json_*.c src/net/utf8.c src/net/buf.c src/net/digest.c src/cognito/directory*.c \
	src/daemon/bound.c src/daemon/compile.c src/daemon/kept.c src/daemon/kept_file.c src/daemon/log.c
fuzz-state-program:
	mkdir -p tests/fuzz
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc -I$(abs_builddir) $(HOUSE_CFLAGS) \
		-DPATH_ROOT='"."' -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$(fuzz_state_files) $(HOUSE_LIBS) $(SYSTEMD_LIBS) -o $(abs_builddir)/tests/fuzz/fuzz_state_llvm
CLEANFILES += tests/fuzz/fuzz_state_llvm

# One program: from a page of the directory to records; what is kept, and state.db.
fuzz-pages: fuzz-state-program
	FUZZ_KINDS=ug $(srcdir)/tests/fuzz/run tests/fuzz/fuzz_state_llvm tests/fuzz/found-pages \
		$(srcdir)/tests/fuzz/corpus-state $(FUZZ_SECONDS) 16384
fuzz-state: fuzz-state-program
	FUZZ_KINDS=ks $(srcdir)/tests/fuzz/run tests/fuzz/fuzz_state_llvm tests/fuzz/found-state \
		$(srcdir)/tests/fuzz/corpus-state $(FUZZ_SECONDS) 16384

fuzz: fuzz-snap fuzz-pages fuzz-state fuzz-wire fuzz-house
