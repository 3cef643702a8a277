# The cloud's side of the daemon: HTTP, signatures, credentials, JSON.
libhouse_la_SOURCES += \
	src/net/breaker.c src/net/breaker.h \
	src/net/buf.c src/net/buf.h \
	src/net/chain.c src/net/chain.h \
	src/net/command.c src/net/command.h \
	src/net/container.c src/net/container.h \
	src/net/credentials.c src/net/credentials.h \
	src/net/digest.c src/net/digest.h \
	src/net/fetch.c src/net/fetch.h \
	src/net/http.c src/net/http.h \
	src/net/imds.c src/net/imds.h \
	src/net/json_in.c src/net/json_in.h \
	src/net/json_out.c src/net/json_out.h \
	src/net/json_scan.c src/net/json_scan.h \
	src/net/process.c src/net/process.h \
	src/net/profile_chain.c src/net/profile_chain.h \
	src/net/profiles.c src/net/profiles.h \
	src/net/seal.c src/net/seal.h \
	src/net/sigv4.c src/net/sigv4.h \
	src/net/skew.c src/net/skew.h \
	src/net/source.c src/net/source.h \
	src/net/sts.c src/net/sts.h \
	src/net/utf8.c src/net/utf8.h \
	src/net/xml_in.c src/net/xml_in.h
