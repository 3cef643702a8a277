// SPDX-License-Identifier: Apache-2.0
// The AWS SDK for JavaScript: every flow and every challenge, admin and public, with and without an
// app client's secret.
import { asks, check, claims, codeOf, fails, Form, notThis, open, Srp, tokens, totp, totpOf } from './witness.mjs';

const POOL = 'eu-central-1_JsFlows2';
const GOOD = 'Corr3ct-Horse!';
const WRONG = 'Incorrect username or password.';
const forms = () => ['admin', 'public'].flatMap((kind) => ['plain', 'secret'].map(
    (client) => [`${kind}, ${client}`, new Form(kind, POOL, client)]));

async function passwords(name, f) {
    tokens(`${name}: password`, await f.password('alice', GOOD));
    if (f.kind === 'admin')
        tokens(`${name}: by its old name`, await f.start('ADMIN_NO_SRP_AUTH', { USERNAME: 'alice', PASSWORD: GOOD }));
    fails(`${name}: wrong password`, await f.password('alice', 'x'), 'NotAuthorizedException', WRONG);
    const other = f.kind === 'public' ? 'ADMIN_USER_PASSWORD_AUTH' : 'USER_PASSWORD_AUTH';
    fails(`${name}: the other form's flow`, await f.start(other, { USERNAME: 'alice', PASSWORD: GOOD }),
          'InvalidParameterException');
    if (f.client.secret)
        fails(`${name}: somebody else's hash`, await f.password('alice', GOOD, {
            SECRET_HASH: f.hashed({ USERNAME: 'bob' }).SECRET_HASH }),
              'NotAuthorizedException', 'Unable to verify secret hash');
    const closed = new Form(f.kind, POOL, 'closed');
    fails(`${name}: flow not enabled`, await closed.password('alice', GOOD), 'InvalidParameterException',
          'flow not enabled');
    fails(`${name}: disabled`, await f.password('mallory', GOOD), 'NotAuthorizedException',
          'User is disabled');
}

async function srp(name, f) {
    tokens(`${name}: SRP`, await f.srp('alice', GOOD));
    fails(`${name}: SRP, wrong`, await f.srp('alice', 'x'), 'NotAuthorizedException', WRONG);
    let a = await f.srp('carol', 'Temp0rary!');
    asks(`${name}: SRP, then a new password`, a, 'NEW_PASSWORD_REQUIRED');
    a = await f.srp('bob', GOOD);
    asks(`${name}: SRP, then a code`, a, 'SMS_MFA');
    tokens(`${name}: which is right`, await f.answer(a, { USERNAME: 'bob', SMS_MFA_CODE: await codeOf('bob', POOL) }));
}

async function custom(name, f) {
    let a = await f.start('CUSTOM_AUTH', { USERNAME: 'alice' });
    check(`${name}: question`, a.ChallengeParameters?.question === 'Badge number?', a);
    const b = await f.answer(a, { USERNAME: 'alice', ANSWER: '1' });
    check(`${name}: asked again`, b.ChallengeName === 'CUSTOM_CHALLENGE' && b.Session !== a.Session, b);
    tokens(`${name}: answer`, await f.answer(b, { USERNAME: 'alice', ANSWER: '4711' }));
    a = await f.srp('alice', GOOD, 'CUSTOM_AUTH', { CHALLENGE_NAME: 'SRP_A' });
    asks(`${name}: question after SRP`, a, 'CUSTOM_CHALLENGE');
    tokens(`${name}: its answer`, await f.answer(a, { USERNAME: 'alice', ANSWER: '4711' }));
    fails(`${name}: SRP wrong, no question`, await f.srp('alice', 'x', 'CUSTOM_AUTH', {
        CHALLENGE_NAME: 'SRP_A' }), 'NotAuthorizedException', WRONG);
}

async function choice(name, f) {
    const ask = (PREFERRED_CHALLENGE, more = {}) => f.start('USER_AUTH', { USERNAME: 'alice',
        ...(PREFERRED_CHALLENGE && { PREFERRED_CHALLENGE }), ...more });
    const pick = (a, ANSWER, more = {}) => f.answer(a, { USERNAME: 'alice', ANSWER, ...more });
    let a = await ask();
    check(`${name}: what there is`, a.ChallengeName === 'SELECT_CHALLENGE' &&
          [...a.AvailableChallenges].sort().join() === 'EMAIL_OTP,PASSWORD,PASSWORD_SRP,SMS_OTP', a);
    tokens(`${name}: password chosen`, await pick(a, 'PASSWORD', { PASSWORD: GOOD }));
    tokens(`${name}: password at once`, await ask('PASSWORD', { PASSWORD: GOOD }));
    a = await ask('PASSWORD');
    asks(`${name}: password asked`, a, 'PASSWORD');
    tokens(`${name}: password given`, await f.answer(a, { USERNAME: 'alice', PASSWORD: GOOD }));
    fails(`${name}: password wrong`, await ask('PASSWORD', { PASSWORD: 'x' }), 'NotAuthorizedException', WRONG);
    tokens(`${name}: SRP at once`, await f.srp('alice', GOOD, 'USER_AUTH', { PREFERRED_CHALLENGE: 'PASSWORD_SRP' }));
    const numbers = new Srp(POOL);
    a = await pick(await ask(), 'PASSWORD_SRP', { SRP_A: await numbers.a() });
    asks(`${name}: SRP chosen`, a, 'PASSWORD_VERIFIER');
    tokens(`${name}: SRP proved`, await f.answer(a, await numbers.proof(a, GOOD)));
    for (const first of ['EMAIL_OTP', 'SMS_OTP']) {
        const reply = async (asked, code) => f.answer(asked, { USERNAME: 'alice', [`${first}_CODE`]: code });
        a = await ask(first);
        asks(`${name}: ${first}`, a, first);
        const code = await codeOf('alice', POOL);
        check(`${name}: ${first}: eight digits`, /^[0-9]{8}$/.test(code), code.length);
        fails(`${name}: ${first}: wrong`, await reply(a, notThis(code)), 'CodeMismatchException');
        tokens(`${name}: ${first}: right, same session`, await reply(a, code));
        fails(`${name}: ${first}: once`, await reply(a, code), 'NotAuthorizedException', 'only be used once');
        a = await pick(await ask(), first);
        asks(`${name}: ${first} chosen`, a, first);
        tokens(`${name}: ${first} given`, await reply(a, await codeOf('alice', POOL)));
    }
}

async function secondFactors(name, f) {
    const code = (a, user, member, value) => f.answer(a, { USERNAME: user, [member]: value });
    let a = await f.password('bob', GOOD);
    asks(`${name}: SMS`, a, 'SMS_MFA');
    let sent = await codeOf('bob', POOL);
    fails(`${name}: SMS: wrong`, await code(a, 'bob', 'SMS_MFA_CODE', notThis(sent)), 'CodeMismatchException');
    tokens(`${name}: SMS: right, same session`, await code(a, 'bob', 'SMS_MFA_CODE', sent));
    a = await f.password('grace', GOOD);
    asks(`${name}: e-mail`, a, 'EMAIL_OTP');
    sent = await codeOf('grace', POOL);
    check(`${name}: e-mail: six digits`, sent.length === 6, sent.length);
    tokens(`${name}: e-mail: right`, await code(a, 'grace', 'EMAIL_OTP_CODE', sent));
    a = await f.password('erin', GOOD);
    asks(`${name}: choice`, a, 'SELECT_MFA_TYPE');
    const among = JSON.parse(a.ChallengeParameters.MFAS_CAN_CHOOSE);
    check(`${name}: among`, among.sort().join() === 'EMAIL_OTP,SMS_MFA,SOFTWARE_TOKEN_MFA', among);
    const asked = a;
    a = await f.answer(asked, { USERNAME: 'erin', ANSWER: 'EMAIL_OTP' });
    asks(`${name}: chosen`, a, 'EMAIL_OTP');
    tokens(`${name}: and given`, await code(a, 'erin', 'EMAIL_OTP_CODE', await codeOf('erin', POOL)));
    fails(`${name}: chosen once`, await f.answer(asked, { USERNAME: 'erin', ANSWER: 'SMS_MFA' }),
          'NotAuthorizedException', 'only be used once');
}

// A code of the authenticator works once: one user for each form.
async function authenticator(name, f, user) {
    let a = await f.password(user, GOOD);
    asks(`${name}: TOTP`, a, 'SOFTWARE_TOKEN_MFA');
    check(`${name}: the phone is named`, a.ChallengeParameters.FRIENDLY_DEVICE_NAME === 'phone', a);
    const code = await totpOf(user, POOL);
    const give = (asked, value) => f.answer(asked, { USERNAME: user, SOFTWARE_TOKEN_MFA_CODE: value });
    const other = notThis(code);
    fails(`${name}: TOTP: wrong`, await give(a, other), 'CodeMismatchException');
    tokens(`${name}: TOTP: right`, await give(a, code));
    a = await f.password(user, GOOD);
    fails(`${name}: TOTP: once`, await give(a, code), 'ExpiredCodeException', 'already been used once');
}

// First sign-in in a pool that demands MFA: password of their own, authenticator, tokens.
async function firstSignIn(name, f, user) {
    let a = await f.password(user, 'Temp0rary!');
    asks(`${name}: new password`, a, 'NEW_PASSWORD_REQUIRED');
    const wanted = JSON.parse(a.ChallengeParameters.requiredAttributes);
    check(`${name}: and an attribute`, wanted.join() === 'userAttributes.family_name', wanted);
    fails(`${name}: policy`, await f.answer(a, { USERNAME: user, NEW_PASSWORD: 'short',
        'userAttributes.family_name': 'Doe' }), 'InvalidPasswordException');
    fails(`${name}: without the attribute`, await f.answer(a, { USERNAME: user, NEW_PASSWORD: GOOD }),
          'InvalidParameterException');
    a = await f.answer(a, { USERNAME: user, NEW_PASSWORD: GOOD, 'userAttributes.family_name': 'Doe' });
    asks(`${name}: then set-up`, a, 'MFA_SETUP');
    const shown = await open('AssociateSoftwareToken', { Session: a.Session });
    check(`${name}: a secret, a new session`, /^[A-Z2-7]{52}$/.test(shown.SecretCode) &&
          shown.Session !== a.Session, shown);
    const right = totp(shown.SecretCode);
    let b = await open('VerifySoftwareToken', { Session: shown.Session, UserCode: notThis(right) });
    fails(`${name}: wrong first code`, b, 'EnableSoftwareTokenMFAException');
    b = await open('VerifySoftwareToken', { Session: shown.Session, UserCode: totp(shown.SecretCode) });
    check(`${name}: verified`, b.Status === 'SUCCESS' && b.Session, b);
    a = await f.answer({ ChallengeName: 'MFA_SETUP', Session: b.Session }, { USERNAME: user });
    tokens(`${name}: tokens`, a);
    asks(`${name}: next time it asks`, await f.password(user, GOOD), 'SOFTWARE_TOKEN_MFA');
}

async function refreshing(name, f) {
    const r = (await f.password('alice', GOOD)).AuthenticationResult;
    const again = (flow) => f.start(flow, { REFRESH_TOKEN: r.RefreshToken, ...(f.client.secret && {
        SECRET_HASH: f.hashed({ USERNAME: 'alice' }).SECRET_HASH }) });
    for (const flow of ['REFRESH_TOKEN_AUTH', 'REFRESH_TOKEN']) {
        const a = await again(flow);
        tokens(`${name}: ${flow}`, a);
        check(`${name}: ${flow}: no new refresh token`, !a.AuthenticationResult?.RefreshToken, a);
    }
    await open('RevokeToken', { ClientId: f.client.id, Token: r.RefreshToken, ClientSecret: f.client.secret });
    fails(`${name}: revoked`, await again('REFRESH_TOKEN_AUTH'), 'NotAuthorizedException', 'revoked');
}

// Somebody who does not exist, at a client that hides it and at one that does not.
async function nobody(kind) {
    const shown = new Form(kind, POOL, 'plain');
    fails(`${kind}: LEGACY`, await shown.password('nobody', 'x'), 'UserNotFoundException');
    fails(`${kind}: LEGACY, SRP`, await shown.srp('nobody', 'x'), 'UserNotFoundException');
    const f = new Form(kind, POOL, 'hiding');
    fails(`${kind}: hidden`, await f.password('nobody', 'x'), 'NotAuthorizedException', WRONG);
    fails(`${kind}: hidden, SRP`, await f.srp('nobody', 'x'), 'NotAuthorizedException', WRONG);
    const a = await f.start('USER_AUTH', { USERNAME: 'nobody', PREFERRED_CHALLENGE: 'EMAIL_OTP' });
    asks(`${kind}: hidden, a code seems to be sent`, a, 'EMAIL_OTP');
    fails(`${kind}: hidden, no code is right`, await f.answer(a, { USERNAME: 'nobody', EMAIL_OTP_CODE: '12345678' }),
          'CodeMismatchException');
}

async function aliases(kind) {
    const f = new Form(kind, POOL, 'secret');
    for (const alias of ['alice@example.com', 'ally']) {
        const a = await f.password(alias, GOOD);
        check(`${kind}: ${alias} is alice`, a.AuthenticationResult &&
              claims(a.AuthenticationResult.AccessToken).username === 'alice', a);
    }
    fails(`${kind}: an address that nobody has verified`, await f.password('frank@example.com', GOOD),
          'UserNotFoundException');
    const srpByAlias = await f.srp('alice@example.com', GOOD);
    tokens(`${kind}: SRP by an alias`, srpByAlias);
    const mail = new Form(kind, 'eu-central-1_JsMail004', 'mail');
    const a = await mail.srp('henry@example.com', GOOD);
    const c = a.AuthenticationResult && claims(a.AuthenticationResult.AccessToken);
    check(`${kind}: where names are addresses the username is the sub`, c?.username === c?.sub &&
          /^[0-9a-f-]{36}$/.test(c?.sub), a);
}

export default async function run() {
    const users = ['totp1', 'totp2', 'totp3', 'totp4'];
    for (const [name, f] of forms()) {
        for (const part of [passwords, srp, custom, choice, secondFactors, refreshing]) await part(name, f);
        await authenticator(name, f, users.shift());
    }
    for (const kind of ['admin', 'public']) {
        await firstSignIn(kind, new Form(kind, 'eu-central-1_JsMfaOn03', 'mfa'), `new-${kind}`);
        await nobody(kind);
        await aliases(kind);
    }
}
