# The memory of a real daemon after a sweep: needs root; the large one takes minutes, at the pace of
# the pool's quotas.
bench_targets += bench-memory
EXTRA_DIST += tests/bench/memory.sh
memory_stage = $(srcdir)/tests/e2e/stage --build . --groups 10 --set directory.scope=all \
	--set directory.quota_share=100% --set directory.disabled_interval=0

bench-memory: all tests/pool/cognito-pool
	@if test `id -u` = 0; then \
		$(memory_stage) --users 10000 -- $(abs_srcdir)/tests/bench/memory.sh 10000 24576 && \
		$(memory_stage) --users 100000 -- $(abs_srcdir)/tests/bench/memory.sh 100000 98304; \
	else echo "bench=memory skipped: it needs root"; fi
