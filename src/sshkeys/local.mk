libexec_PROGRAMS = cognito-ssh-keys
cognito_ssh_keys_SOURCES = src/sshkeys/main.c src/base/paths.c
cognito_ssh_keys_CFLAGS = $(AM_CFLAGS)
cognito_ssh_keys_LDADD = libaccess.la libconfig.la libguest.la $(INIH_LIBS)
