# What the cloud and the administrator's files say, on any bytes: the kept corpus with every cut and
# change in `make check`; `make fuzz-house FUZZ_SECONDS=60` with clang.
check_PROGRAMS += tests/fuzz/fuzz_house
TESTS += tests/fuzz/fuzz_house
tests_fuzz_fuzz_house_SOURCES = tests/fuzz/fuzz_house.c
tests_fuzz_fuzz_house_CPPFLAGS = $(AM_CPPFLAGS) -DFUZZ_MAIN
tests_fuzz_fuzz_house_CFLAGS = $(AM_CFLAGS) $(HOUSE_CFLAGS)
tests_fuzz_fuzz_house_LDADD = libhouse.la libconfig.la libguest.la $(HOUSE_LIBS)
EXTRA_DIST += tests/fuzz/corpus-house

fuzz-house:
	mkdir -p tests/fuzz
	cd $(srcdir) && clang -g -O1 -std=gnu11 -D_GNU_SOURCE -Isrc -I$(abs_builddir) $(HOUSE_CFLAGS) \
		-fsanitize=fuzzer,address,undefined -fno-sanitize-recover=all tests/fuzz/fuzz_house.c \
		src/net/*.c src/cognito/*.c src/config/*.c src/base/*.c $(HOUSE_LIBS) \
		-o $(abs_builddir)/tests/fuzz/fuzz_house_llvm
	$(srcdir)/tests/fuzz/run tests/fuzz/fuzz_house_llvm tests/fuzz/found-house \
		$(srcdir)/tests/fuzz/corpus-house $(FUZZ_OTHER_SECONDS) 8192
CLEANFILES += tests/fuzz/fuzz_house_llvm
