libhouse_la_SOURCES += \
	src/store/database.h \
	src/store/store.c src/store/store.h \
	src/store/store_secrets.c
