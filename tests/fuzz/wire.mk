# The wire codec on any bytes: the kept corpus with every cut and change in `make check`;
# `make fuzz-wire FUZZ_SECONDS=60` with clang.
check_PROGRAMS += tests/fuzz/fuzz_wire
TESTS += tests/fuzz/fuzz_wire
tests_fuzz_fuzz_wire_SOURCES = tests/fuzz/fuzz_wire.c
tests_fuzz_fuzz_wire_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN
tests_fuzz_fuzz_wire_LDADD = libguest.la
EXTRA_DIST += tests/fuzz/corpus-wire

fuzz_wire_files = tests/fuzz/fuzz_wire.c src/wire/wire.c src/wire/wire_body.c \
	src/base/bytes.c src/base/secret.c
fuzz-wire:
	mkdir -p tests/fuzz
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all $(fuzz_wire_files) \
		-o $(abs_builddir)/tests/fuzz/fuzz_wire_llvm
	$(srcdir)/tests/fuzz/run tests/fuzz/fuzz_wire_llvm tests/fuzz/found-wire \
		$(srcdir)/tests/fuzz/corpus-wire $(FUZZ_OTHER_SECONDS) 16384
CLEANFILES += tests/fuzz/fuzz_wire_llvm
