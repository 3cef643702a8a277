# Logins need root: they run in a throw-away root.
EXTRA_PROGRAMS += tests/bench/bench_login
bench_targets += bench-login
tests_bench_bench_login_SOURCES = tests/bench/bench_login.c
tests_bench_bench_login_LDADD = -lpam
EXTRA_PROGRAMS += tests/bench/bench_dialogues
tests_bench_bench_dialogues_SOURCES = tests/bench/bench_dialogues.c src/base/paths.c
tests_bench_bench_dialogues_LDADD = libguest.la
EXTRA_DIST += tests/bench/login.sh tests/bench/next-code

bench-login: all tests/bench/bench_login tests/bench/bench_dialogues tests/pool/cognito-pool
	@if test `id -u` = 0; then \
		$(srcdir)/tests/e2e/stage --build . --set directory.refresh_interval=1h \
			--set directory.disabled_interval=0 -- $(abs_srcdir)/tests/bench/login.sh; \
	else echo "bench=login skipped: it needs root"; fi
