libconfig_la_SOURCES += \
	src/config/check.c src/config/check_users.c \
	src/config/config.c src/config/config.h \
	src/config/keys.c src/config/keys.h \
	src/config/load.c \
	src/config/value.c
