libguest_la_SOURCES += \
	src/client/client.c src/client/client.h
