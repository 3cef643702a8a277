libhouse_la_SOURCES += \
	src/store/database.c src/store/database.h \
	src/store/store.c src/store/store.h \
	src/store/store_open.c \
	src/store/store_secrets.c
