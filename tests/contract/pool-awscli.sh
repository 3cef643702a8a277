#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
#
# Is the test pool a pool? A client that we did not write, awscli, fills one and reads it back:
# users, groups, pages, filters, sign-in with password and authenticator, errors. Needs awscli and
# python3. POOL_BIN: the program (default tests/pool/cognito-pool under the present directory).

POOL_BIN=${POOL_BIN:-$PWD/tests/pool/cognito-pool}
AWS=${AWS:-/usr/bin/aws}
[ -x "$AWS" ] || AWS=aws
command -v "$AWS" >/dev/null || { echo "awscli is missing"; exit 77; }
command -v python3 >/dev/null || { echo "python3 is missing"; exit 77; }

passed=0 failed=0
dir=$(mktemp -d) || exit 1
"$POOL_BIN" --dir "$dir" &
pid=$!
trap '[ -z "$pid" ] || { kill "$pid" && wait "$pid"; }; rm -rf "$dir"' EXIT
trap 'exit 1' INT TERM
tries=0
until [ -e "$dir/env" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt 100 ] || { echo "not ok - the pool did not start"; exit 1; }
    sleep 0.1
done
set -a
# shellcheck source=/dev/null
. "$dir/env"
set +a
export AWS_CA_BUNDLE="$POOL_CA" AWS_DEFAULT_REGION="$POOL_REGION" AWS_PAGER='' AWS_MAX_ATTEMPTS=1
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
export AWS_EC2_METADATA_DISABLED=true HOME="$dir"

ok() {
    passed=$((passed + 1))
    echo "ok - $1"
}

not_ok() {
    failed=$((failed + 1))
    echo "not ok - $1"
    printf '%s\n' "$out" | head -20 | sed 's/^/#   /'
}

# idp OPERATION ARGUMENTS...: awscli's output in $out, its status in $rc
idp() {
    out=$("$AWS" --endpoint-url "$POOL_ENDPOINT" --output json cognito-idp "$@" 2>&1)
    rc=$?
}

# shellcheck disable=SC2153  # POOL_ID comes from the file env
pool() {
    op=$1
    shift
    idp "$op" --user-pool-id "$POOL_ID" "$@"
}

# field EXPRESSION: a Python expression over the answer d
field() {
    printf '%s' "$out" | python3 -c 'import json, sys
d = json.load(sys.stdin)
print(eval(sys.argv[1]))' "$1" 2>/dev/null
}

# gives NAME EXPRESSION WANTED
gives() {
    have=$(field "$2")
    if [ "$rc" = 0 ] && [ "$have" = "$3" ]; then
        ok "$1"
    else
        not_ok "$1 (wanted $3, have $have, status $rc)"
    fi
}

works() {
    if [ "$rc" = 0 ]; then ok "$1"; else not_ok "$1 (status $rc)"; fi
}

# fails NAME EXCEPTION PART-OF-MESSAGE
fails() {
    case $out in
        *"($2)"*"$3"*) if [ "$rc" != 0 ]; then ok "$1"; else not_ok "$1"; fi ;;
        *) not_ok "$1 (wanted $2: $3)" ;;
    esac
}

secret_hash() {
    python3 -c 'import base64, hashlib, hmac, sys
name, client, secret = sys.argv[1:]
print(base64.b64encode(hmac.new(secret.encode(), (name + client).encode(), hashlib.sha256)
      .digest()).decode())' "$1" "$POOL_CLIENT_ID" "$POOL_CLIENT_SECRET"
}

# totp SECRET STEPS: RFC 6238 by the standard library; STEPS before or after the present one
totp() {
    python3 -c 'import base64, hashlib, hmac, struct, sys, time
key = base64.b32decode(sys.argv[1] + "=" * (-len(sys.argv[1]) % 8))
mac = hmac.new(key, struct.pack(">Q", int(time.time()) // 30 + int(sys.argv[2])),
               hashlib.sha1).digest()
at = mac[19] & 15
print("%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1000000))' "$1" "$2"
}

# login USER PASSWORD: one password sign-in
login() {
    pool admin-initiate-auth --client-id "$POOL_CLIENT_ID" --auth-flow ADMIN_USER_PASSWORD_AUTH \
        --auth-parameters "{\"USERNAME\":\"$1\",\"PASSWORD\":\"$2\",\"SECRET_HASH\":\"$(secret_hash "$1")\"}"
}

# respond USER CHALLENGE SESSION KEY VALUE
respond() {
    pool admin-respond-to-auth-challenge --client-id "$POOL_CLIENT_ID" --challenge-name "$2" \
        --session "$3" --challenge-responses \
        "{\"USERNAME\":\"$1\",\"$4\":\"$5\",\"SECRET_HASH\":\"$(secret_hash "$1")\"}"
}

# ---- filling ----
pool describe-user-pool
gives 'DescribeUserPool' 'd["UserPool"]["MfaConfiguration"]' OPTIONAL
pool create-group --group-name linux-users --description gid=30002 --precedence 5
gives 'CreateGroup' 'd["Group"]["Description"]' gid=30002
pool create-group --group-name linux-users
fails 'CreateGroup twice' GroupExistsException 'already exists'
pool admin-create-user --username anna --temporary-password 'Temp-Pass-1' --message-action SUPPRESS \
    --user-attributes Name=email,Value=anna@example.com Name=email_verified,Value=true \
    Name=phone_number,Value=+15555550100
gives 'AdminCreateUser' 'd["User"]["UserStatus"]' FORCE_CHANGE_PASSWORD
pool admin-create-user --username anna --message-action SUPPRESS
fails 'AdminCreateUser twice' UsernameExistsException 'already exists'
for name in bert cleo; do
    pool admin-create-user --username $name --message-action SUPPRESS
    works "AdminCreateUser $name"
    pool admin-add-user-to-group --username $name --group-name linux-users
    works "AdminAddUserToGroup $name (empty answer)"
done
pool admin-set-user-password --username bert --password short
fails 'AdminSetUserPassword: policy' InvalidPasswordException 'not long enough'
pool admin-set-user-password --username bert --password 'Battery-Staple-7' --permanent
works 'AdminSetUserPassword (empty object)'
pool admin-update-user-attributes --username bert --user-attributes \
    '[{"Name": "name", "Value": "Bert \"B\" Doe"}]'
works 'AdminUpdateUserAttributes'

# ---- reading ----
pool admin-get-user --username bert
gives 'AdminGetUser' 'd["UserStatus"] + [a["Value"] for a in d["UserAttributes"] if a["Name"] == "name"][0]' \
    'CONFIRMEDBert "B" Doe'
pool admin-get-user --username nobody
fails 'AdminGetUser: unknown' UserNotFoundException 'User does not exist.'
pool list-users --page-size 1
gives 'ListUsers in pages of one' '[u["Username"] for u in d["Users"]]' "['anna', 'bert', 'cleo']"
pool list-users --filter 'name = "Bert \"B\" Doe"'
gives 'ListUsers: filter with escapes' '[u["Username"] for u in d["Users"]]' "['bert']"
pool list-users --filter 'email ^= "anna@"'
gives 'ListUsers: prefix' '[u["Username"] for u in d["Users"]]' "['anna']"
pool list-users --filter 'custom:uid = "1"'
fails 'ListUsers: custom attributes cannot be searched' InvalidParameterException 'filter'
pool list-users --attributes-to-get email
fails 'ListUsers: attribute that some lack' InvalidParameterException 'do not exist'
pool list-users-in-group --group-name linux-users --page-size 1
gives 'ListUsersInGroup in pages' '[u["Username"] for u in d["Users"]]' "['bert', 'cleo']"
pool admin-list-groups-for-user --username bert
gives 'AdminListGroupsForUser' '[g["GroupName"] for g in d["Groups"]]' "['linux-users']"
pool get-group --group-name nothing
fails 'GetGroup: unknown' ResourceNotFoundException 'Group not found.'

# ---- sign-in ----
login bert 'wrong-Password-1'
fails 'wrong password' NotAuthorizedException 'Incorrect username or password.'
login bert 'Battery-Staple-7'
gives 'right password' 'd["AuthenticationResult"]["TokenType"]' Bearer
access=$(field 'd["AuthenticationResult"]["AccessToken"]')
pool admin-initiate-auth --client-id "$POOL_CLIENT_ID" --auth-flow ADMIN_USER_PASSWORD_AUTH \
    --auth-parameters USERNAME=bert,PASSWORD=Battery-Staple-7
fails 'no SECRET_HASH' NotAuthorizedException 'is configured with secret but SECRET_HASH was not received'
idp associate-software-token --access-token "$access"
gives 'AssociateSoftwareToken' 'len(d["SecretCode"])' 52
secret=$(field 'd["SecretCode"]')
idp verify-software-token --access-token "$access" --user-code "$(totp "$secret" 0)" \
    --friendly-device-name phone
gives 'VerifySoftwareToken' 'd["Status"]' SUCCESS
idp set-user-mfa-preference --access-token "$access" \
    --software-token-mfa-settings Enabled=true,PreferredMfa=true
works 'SetUserMFAPreference'
login bert 'Battery-Staple-7'
gives 'the password asks for a code' 'd["ChallengeName"] + d["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"]' \
    SOFTWARE_TOKEN_MFAphone
session=$(field 'd["Session"]')
respond bert SOFTWARE_TOKEN_MFA "$session" SOFTWARE_TOKEN_MFA_CODE "$(totp "$secret" 40)"
fails 'wrong code' CodeMismatchException 'Invalid code received for user'
code=$(totp "$secret" 1)
respond bert SOFTWARE_TOKEN_MFA "$session" SOFTWARE_TOKEN_MFA_CODE "$code"
gives 'right code, same session' 'd["AuthenticationResult"]["ExpiresIn"]' 3600
respond bert SOFTWARE_TOKEN_MFA "$session" SOFTWARE_TOKEN_MFA_CODE "$code"
fails 'session used twice' NotAuthorizedException 'session can only be used once'
login anna 'Temp-Pass-1'
gives 'temporary password' 'd["ChallengeName"]' NEW_PASSWORD_REQUIRED
respond anna NEW_PASSWORD_REQUIRED "$(field 'd["Session"]')" NEW_PASSWORD 'Chosen-Word-22'
gives 'new password' 'd["AuthenticationResult"]["TokenType"]' Bearer

# ---- leaving ----
pool admin-disable-user --username anna
works 'AdminDisableUser'
login anna 'Chosen-Word-22'
fails 'disabled user' NotAuthorizedException 'User is disabled.'
pool admin-enable-user --username anna
works 'AdminEnableUser'
pool admin-delete-user --username anna
works 'AdminDeleteUser (empty answer)'
login anna 'Chosen-Word-22'
fails 'deleted user' UserNotFoundException 'User does not exist.'

# ---- whom the front door turns away ----
good_id=$AWS_ACCESS_KEY_ID good_secret=$AWS_SECRET_ACCESS_KEY
AWS_ACCESS_KEY_ID=AKIAUNKNOWNKEY000000
pool list-groups
fails 'unknown key' UnrecognizedClientException 'security token included in the request is invalid'
AWS_ACCESS_KEY_ID=$good_id AWS_SECRET_ACCESS_KEY=not-the-secret
pool list-groups
fails 'wrong secret' InvalidSignatureException 'signature we calculated does not match'
AWS_ACCESS_KEY_ID=$POOL_HOST_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY=$POOL_HOST_SECRET_ACCESS_KEY
pool admin-get-user --username bert
fails 'the host may not do everything' AccessDeniedException 'not authorized to perform: cognito-idp:AdminGetUser'
AWS_ACCESS_KEY_ID=$good_id AWS_SECRET_ACCESS_KEY=$good_secret
idp list-groups --user-pool-id "${POOL_REGION}_Unknown01"
fails 'unknown pool' ResourceNotFoundException 'does not exist'

kill "$pid"
wait "$pid"
rc=$? pid='' out=''
works 'SIGTERM ends the pool cleanly'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
