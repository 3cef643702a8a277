# Directory pages, the kept image and state.db on any bytes: the kept corpus in `make check`;
# `make fuzz-state FUZZ_SECONDS=60` with clang. `make fuzz` runs all of them.
check_PROGRAMS += tests/fuzz/fuzz_state
TESTS += tests/fuzz/run-state
tests_fuzz_fuzz_state_SOURCES = tests/fuzz/fuzz_state.c src/base/paths.c
tests_fuzz_fuzz_state_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN -DPATH_ROOT='"."'
tests_fuzz_fuzz_state_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS)
tests_fuzz_fuzz_state_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS) $(SYSTEMD_LIBS)
EXTRA_DIST += tests/fuzz/run-state tests/fuzz/corpus-state

fuzz_state_files = tests/fuzz/fuzz_state.c src/base/*.c src/config/*.c src/identity/*.c src/store/*.c \
	src/net/json_*.c src/net/utf8.c src/net/buf.c src/net/digest.c src/cognito/directory*.c \
	src/daemon/compile.c src/daemon/kept.c src/daemon/log.c
fuzz-state:
	mkdir -p tests/fuzz/found-state
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc -I$(abs_builddir) $(HOUSE_CFLAGS) \
		-DPATH_ROOT='"."' -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all \
		$(fuzz_state_files) $(HOUSE_LIBS) $(SYSTEMD_LIBS) -o $(abs_builddir)/tests/fuzz/fuzz_state_llvm
	$(abs_srcdir)/tests/torture/run tests/fuzz/fuzz_state_llvm -max_total_time=$(FUZZ_SECONDS) \
		-max_len=16384 -artifact_prefix=$(abs_builddir)/tests/fuzz/found-state/ \
		$(abs_builddir)/tests/fuzz/found-state $(abs_srcdir)/tests/fuzz/corpus-state
CLEANFILES += tests/fuzz/fuzz_state_llvm

fuzz: fuzz-snap fuzz-wire fuzz-house fuzz-state
