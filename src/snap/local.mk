# The snapshot: the reader is guest code, the writer the daemon's.
libguest_la_SOURCES += \
	src/snap/format.h \
	src/snap/judge.c src/snap/list.c src/snap/read.c src/snap/read.h \
	src/snap/map.c src/snap/map.h \
	src/snap/slots.c
libhouse_la_SOURCES += \
	src/snap/layout.c src/snap/layout.h \
	src/snap/amend.c src/snap/amend.h \
	src/snap/diff.c src/snap/diff.h \
	src/snap/publish.c \
	src/snap/save.c src/snap/save.h \
	src/snap/same.c src/snap/same.h \
	src/snap/sound.c src/snap/sound.h \
	src/snap/verify.c src/snap/verify.h src/snap/write.h
