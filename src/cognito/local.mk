# What Cognito says and means: operations, errors, challenges, tokens, directory pages.
libhouse_la_SOURCES += \
	src/cognito/api.c src/cognito/api.h \
	src/cognito/api_judge.c \
	src/cognito/api_ops.c \
	src/cognito/auth.c src/cognito/auth.h \
	src/cognito/auth_body.c \
	src/cognito/auth_open.c \
	src/cognito/auth_reply.c \
	src/cognito/challenge.c src/cognito/challenge.h \
	src/cognito/challenge_change.c \
	src/cognito/challenge_code.c \
	src/cognito/challenge_custom.c \
	src/cognito/challenge_first.c \
	src/cognito/challenge_password.c \
	src/cognito/challenge_reset.c \
	src/cognito/challenge_select.c \
	src/cognito/challenge_setup.c \
	src/cognito/challenge_srp.c \
	src/cognito/directory.c src/cognito/directory.h \
	src/cognito/directory_page.c \
	src/cognito/endpoint.c src/cognito/endpoint.h \
	src/cognito/errors.c src/cognito/errors.h \
	src/cognito/jwks.c src/cognito/jwks.h \
	src/cognito/jwt.c src/cognito/jwt.h \
	src/cognito/keyring.c src/cognito/keyring.h \
	src/cognito/qr.c src/cognito/qr.h \
	src/cognito/secret_hash.c src/cognito/secret_hash.h \
	src/cognito/srp.c src/cognito/srp.h
