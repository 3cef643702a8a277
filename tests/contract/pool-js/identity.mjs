// SPDX-License-Identifier: Apache-2.0
// amazon-cognito-identity-js: SRP, what may follow it, and the sign-in of a remembered device.
import identity from 'amazon-cognito-identity-js';
import { check, codeOf, endpoint, start, totp } from './witness.mjs';

const { AuthenticationDetails, CognitoUser, CognitoUserPool } = identity;
const { id: UserPoolId, clients: [{ id: ClientId }] } = start.pools[0];

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
            totpRequired: () => {
                way.push('SOFTWARE_TOKEN_MFA');
                user.sendMFACode(answers.totp(), handlers, 'SOFTWARE_TOKEN_MFA');
            },
            selectMFAType: () => {
                way.push('SELECT_MFA_TYPE');
                user.sendMFASelectionAnswer(answers.select, handlers);
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

async function passwords() {
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
}

// Enrols an authenticator with the first sign-in's token and uses it in the next one.
async function authenticator() {
    let r = await signIn('dave', 'Corr3ct-Horse!');
    store.clear();
    const secret = await new Promise((ok) => r.user.associateSoftwareToken({
        associateSecretCode: ok, onFailure: ok }));
    check('a secret to enrol', typeof secret === 'string', secret);
    const first = totp(secret);
    const verified = await done((h) => r.user.verifySoftwareToken(first, 'phone', h));
    check('enrolled', verified.Status === 'SUCCESS', verified);
    const set = await new Promise((ok) => r.user.setUserMfaPreference(null, {
        PreferredMfa: true, Enabled: true }, (error, v) => ok(error ?? v)));
    check('preferred', set === 'SUCCESS', set);
    r = await signIn('dave', 'Corr3ct-Horse!', { totp: () => first });
    check('its first code is spent', r.error?.code === 'ExpiredCodeException' &&
          r.way[0] === 'SOFTWARE_TOKEN_MFA', r.error ?? r.way);
    store.clear();
    r = await signIn('erin', 'Corr3ct-Horse!', { select: 'SMS_MFA' });
    check('one of several', r.session && r.way.join() === 'SELECT_MFA_TYPE,SMS_MFA', r.error ?? r.way);
    store.clear();
}

async function devices() {
    let r = await signIn('bob', 'päss:w0rd!');
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

export default async function run() {
    for (const part of [passwords, authenticator, devices]) await part();
}
