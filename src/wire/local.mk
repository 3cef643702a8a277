libguest_la_SOURCES += \
	src/wire/wire.c src/wire/wire_body.c src/wire/wire.h
