# Guest-safe ground: errors, bytes, names, ids, files. libc only.
libguest_la_SOURCES += \
	src/base/bytes.c src/base/bytes.h \
	src/base/clock.c src/base/clock.h \
	src/base/err.c src/base/err.h \
	src/base/file.c src/base/file.h \
	src/base/id.c src/base/id.h \
	src/base/name.c src/base/name.h \
	src/base/secret.c src/base/secret.h \
	src/base/text.c src/base/text.h
EXTRA_DIST += src/base/paths.c src/base/paths.h
