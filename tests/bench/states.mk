# Look-ups while the daemon is well or not: in a throw-away root, which needs root.
EXTRA_PROGRAMS += tests/bench/bench_states
bench_targets += bench-states
tests_bench_bench_states_SOURCES = tests/bench/bench_states.c
tests_bench_bench_states_LDADD =
EXTRA_DIST += tests/bench/states.sh

bench-states: all tests/bench/bench_states tests/pool/cognito-pool
	@if test `id -u` = 0; then \
		$(srcdir)/tests/e2e/stage --build . --set directory.refresh_interval=1h \
			--set directory.disabled_interval=0 --set users.ssh_key_attribute=custom:ssh_keys \
			--set users.trust_writable_attributes=yes -- $(abs_srcdir)/tests/bench/states.sh; \
	else echo "bench=states skipped: it needs root"; fi
