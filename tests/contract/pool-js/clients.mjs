// SPDX-License-Identifier: Apache-2.0
// Two clients of Amazon's against a running test pool (see run.sh); POOL_* from its file env.
import http from 'node:http';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import * as sts from '@aws-sdk/client-sts';
import identity from 'amazon-cognito-identity-js';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;
const { POOL_ENDPOINT: endpoint, POOL_ID: UserPoolId, POOL_CLIENT_ID: ClientId } = process.env;
const region = process.env.POOL_REGION;
let passed = 0;
let failed = 0;

function check(name, good, seen) {
    if (good) passed++; else failed++;
    console.log(good ? `ok - ${name}` : `not ok - ${name}  # ${JSON.stringify(seen)}`);
}

// The pool's control interface: the code that was sent to a user.
function codeOf(user) {
    return new Promise((done, fail) => {
        http.get({ socketPath: process.env.POOL_CONTROL, path: `/code?user=${user}` }, (r) => {
            let text = '';
            r.on('data', (part) => { text += part; });
            r.on('end', () => done(text.trim()));
        }).on('error', fail);
    });
}

// --- amazon-cognito-identity-js

const store = new Map(); // what a browser would keep: the device too
const Storage = {
    setItem: (key, value) => store.set(key, value),
    getItem: (key) => store.get(key) ?? null,
    removeItem: (key) => store.delete(key),
    clear: () => store.clear(),
};

// One sign-in by SRP; resolves to what happened on the way.
function signIn(Username, Password, answers = {}) {
    const Pool = new CognitoUserPool({ UserPoolId, ClientId, endpoint, Storage });
    const user = new CognitoUser({ Username, Pool, Storage });
    const way = [];
    return new Promise((done) => {
        const handlers = {
            onSuccess: (session) => done({ way, user, session }),
            onFailure: (error) => done({ way, user, error }),
            mfaRequired: async () => {
                way.push('SMS_MFA');
                user.sendMFACode(answers.code ?? await codeOf(Username), handlers);
            },
            newPasswordRequired: () => {
                way.push('NEW_PASSWORD_REQUIRED');
                user.completeNewPasswordChallenge(answers.password, {}, handlers);
            },
            customChallenge: () => {
                way.push('CUSTOM_CHALLENGE');
                user.sendCustomChallengeAnswer(answers.custom, handlers);
            },
        };
        if (answers.custom) user.setAuthenticationFlowType('CUSTOM_AUTH');
        user.authenticateUser(new AuthenticationDetails({ Username, Password }), handlers);
    });
}

const done = (f) => new Promise((resolve) => {
    f({ onSuccess: (v) => resolve(v ?? true), onFailure: (e) => resolve(e) });
});

async function identityJs() {
    let r = await signIn('alice', 'Corr3ct-Horse!');
    check('SRP: tokens', r.session?.getAccessToken().payload.username === 'alice', r.error);
    store.clear();
    r = await signIn('alice', 'corr3ct-Horse!');
    check('SRP: wrong password', r.error?.code === 'NotAuthorizedException', r.error);
    store.clear();
    for (let i = 0; i < 10; i++) {
        r = await signIn('alice', 'Corr3ct-Horse!');
        store.clear();
        if (!r.session) break;
    }
    check('SRP: ten times', r.session, r.error);
    r = await signIn('carol', 'Temp0rary!', { password: 'Fresh-Pass-1' });
    check('SRP: then a new password', r.session && r.way[0] === 'NEW_PASSWORD_REQUIRED', r.error);
    store.clear();
    r = await signIn('alice', 'Corr3ct-Horse!', { custom: '4711' });
    check('CUSTOM_AUTH after SRP', r.session && r.way[0] === 'CUSTOM_CHALLENGE', r.error);
    store.clear();
    r = await signIn('bob', 'päss:w0rd!');
    check('a code is asked, the device confirmed', r.session && r.way[0] === 'SMS_MFA' &&
          [...store.keys()].some((k) => k.endsWith('deviceKey')), r.error ?? [...store.keys()]);
    r = await signIn('bob', 'päss:w0rd!');
    check('the known device needs no code', r.session && r.way.length === 0, r.error ?? r.way);
    const device = await done((h) => r.user.getDevice(h));
    check('the pool knows it', device.Device?.DeviceKey === r.session.getAccessToken().payload.device_key,
          device);
    const refreshed = await new Promise((ok) => {
        r.user.refreshSession(r.session.getRefreshToken(), (error, s) => ok(error ?? s));
    });
    check('it refreshes', refreshed.getAccessToken?.(), refreshed);
    await done((h) => r.user.setDeviceStatusNotRemembered(h));
    const forgotten = await done((h) => r.user.forgetSpecificDevice(device.Device.DeviceKey, h));
    check('it is forgotten', !(forgotten instanceof Error), forgotten);
    r = await signIn('bob', 'päss:w0rd!');
    check('then the code again', r.session && r.way[0] === 'SMS_MFA', r.error ?? r.way);
    const changed = await new Promise((ok) => {
        r.user.changePassword('päss:w0rd!', 'An0ther-Pass!', (e, v) => ok(e ?? v));
    });
    check('password changed', changed === 'SUCCESS', changed);
}

// --- the AWS SDK

async function sdk() {
    const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID,
                          secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY };
    const client = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials });
    const ask = async (what, more) => {
        try {
            return await client.send(new idp[`${what}Command`](more));
        } catch (error) {
            return { error: error.name, message: error.message };
        }
    };
    const start = (AuthFlow, AuthParameters) => ask('AdminInitiateAuth', {
        UserPoolId, ClientId, AuthFlow, AuthParameters });
    const answer = (a, ChallengeResponses) => ask('AdminRespondToAuthChallenge', {
        UserPoolId, ClientId, ChallengeName: a.ChallengeName, Session: a.Session,
        ChallengeResponses });
    let a = await start('ADMIN_USER_PASSWORD_AUTH', { USERNAME: 'alice',
                                                      PASSWORD: 'Corr3ct-Horse!' });
    check('password', a.AuthenticationResult?.AccessToken, a);
    a = await start('ADMIN_USER_PASSWORD_AUTH', { USERNAME: 'alice', PASSWORD: 'x' });
    check('wrong password', a.error === 'NotAuthorizedException', a);
    a = await start('USER_AUTH', { USERNAME: 'alice' });
    check('choice', a.ChallengeName === 'SELECT_CHALLENGE' &&
          a.AvailableChallenges.includes('EMAIL_OTP'), a);
    a = await answer(a, { USERNAME: 'alice', ANSWER: 'EMAIL_OTP' });
    check('chosen', a.ChallengeName === 'EMAIL_OTP', a);
    a = await answer(a, { USERNAME: 'alice', EMAIL_OTP_CODE: await codeOf('alice') });
    check('code by mail', a.AuthenticationResult?.AccessToken, a);
    a = await start('CUSTOM_AUTH', { USERNAME: 'alice' });
    check('question', a.ChallengeParameters?.question === 'Badge number?', a);
    a = await answer(a, { USERNAME: 'alice', ANSWER: '4711' });
    check('answer', a.AuthenticationResult?.AccessToken, a);
    a = await ask('ForgotPassword', { ClientId, Username: 'alice' });
    check('forgotten', a.CodeDeliveryDetails?.DeliveryMedium === 'EMAIL', a);
    a = await ask('ConfirmForgotPassword', { ClientId, Username: 'alice', Password: 'N3w-Horse!',
                                             ConfirmationCode: await codeOf('alice') });
    check('set anew', !a.error, a);
    a = await ask('InitiateAuth', { ClientId, AuthFlow: 'USER_PASSWORD_AUTH', AuthParameters: {
        USERNAME: 'alice', PASSWORD: 'N3w-Horse!' } });
    const tokens = a.AuthenticationResult;
    check('public flow', tokens?.AccessToken, a);
    a = await ask('RevokeToken', { ClientId, Token: tokens.RefreshToken });
    check('revoked', !a.error, a);
    a = await ask('GetUser', { AccessToken: tokens.AccessToken });
    check('then the token is dead', a.error === 'NotAuthorizedException', a);
    a = await ask('AdminListDevices', { UserPoolId, Username: 'bob' });
    check('devices are listed', a.Devices?.length === 1, a);
    await roles(credentials);
}

async function roles(credentials) {
    const service = new sts.STSClient({ region, endpoint, credentials });
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/reader', RoleSessionName: 'js' };
    const give = async (what) => {
        const a = await service.send(what);
        const k = a.Credentials;
        const client = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials: {
            accessKeyId: k.AccessKeyId, secretAccessKey: k.SecretAccessKey,
            sessionToken: k.SessionToken } });
        return client.send(new idp.ListUsersCommand({ UserPoolId }));
    };
    check('AssumeRole', (await give(new sts.AssumeRoleCommand(role))).Users.length === 3);
    check('AssumeRoleWithWebIdentity', (await give(new sts.AssumeRoleWithWebIdentityCommand({
        ...role, WebIdentityToken: 'good.token' }))).Users.length === 3);
    try {
        await service.send(new sts.AssumeRoleWithWebIdentityCommand({ ...role,
                                                                      WebIdentityToken: 'x' }));
        check('wrong token', false);
    } catch (error) {
        check('wrong token', error.name === 'InvalidIdentityToken' ||
              error.name === 'InvalidIdentityTokenException', error.name);
    }
}

try {
    await identityJs();
    await sdk();
} catch (error) {
    check('came to its end', false, String(error.stack));
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
