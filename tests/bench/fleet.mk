# A fleet under virtual time: the table of doc/FLEET.md, a part of it at every check.
check_PROGRAMS += tests/bench/fleet
check_SCRIPTS += tests/bench/fleet-quick
TESTS += tests/bench/fleet-quick
bench_targets += bench-fleet
EXTRA_DIST += tests/bench/fleet-quick
tests_bench_fleet_SOURCES = tests/bench/fleet.c tests/bench/fleet.h tests/bench/fleet_pool.c \
	tests/bench/fleet_run.c
tests_bench_fleet_LDADD = $(unit_ldadd)

bench-fleet: tests/bench/fleet
	@tests/bench/fleet --all $(srcdir)/doc/FLEET.md
