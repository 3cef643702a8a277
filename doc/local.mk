dist_man_MANS = doc/cognitod.8 doc/cognitod.conf.5 doc/cognitoctl.8 doc/pam_cognito.8 doc/nss_cognito.8 \
	doc/cognito-ssh-keys.8
dist_doc_DATA = doc/ARCHITECTURE.md doc/FLEET.md doc/SNAPSHOT.md
