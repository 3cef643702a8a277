libhouse_la_SOURCES += \
	src/identity/bindings.c src/identity/bindings.h \
	src/identity/grow.h \
	src/identity/host.c src/identity/host.h \
	src/identity/image.c src/identity/image.h \
	src/identity/index.c src/identity/index.h \
	src/identity/resolve.c \
	src/identity/reserved.c src/identity/reserved.h \
	src/identity/rules.c src/identity/rules.h \
	src/identity/settle.c \
	src/identity/sources.c src/identity/sources.h \
	src/identity/sshkeys.c src/identity/sshkeys.h
