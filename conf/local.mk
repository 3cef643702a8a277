# Installed as they are; the packages decide what is enabled.
pamconfigsdir = $(datadir)/pam-configs
dist_pamconfigs_DATA = conf/pam-configs/cognito conf/pam-configs/cognito-password
EXTRA_DIST += conf/pam-configs/README.md
cognitoconfdir = $(sysconfdir)/cognito
dist_cognitoconf_DATA = conf/cognitod.conf
awsdocdir = $(docdir)/aws
dist_awsdoc_DATA = conf/aws/client.json conf/aws/policy.json
sshddocdir = $(docdir)/sshd
dist_sshddoc_DATA = conf/sshd/cognito.conf
nftdocdir = $(docdir)/nftables
dist_nftdoc_DATA = conf/nftables/cognito-imds.nft
tmpfilesdir = $(prefix)/lib/tmpfiles.d
dist_tmpfiles_DATA = conf/tmpfiles/cognitod.conf
