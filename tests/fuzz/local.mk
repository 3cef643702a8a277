include tests/fuzz/snap.mk
include tests/fuzz/wire.mk
include tests/fuzz/house.mk
include tests/fuzz/state.mk
