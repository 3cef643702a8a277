// SPDX-License-Identifier: Apache-2.0
// What the witnesses share: the tally, the pool's control interface, an authenticator, and Form, the
// AWS SDK signing in at one app client in the admin or the public form.
import crypto from 'node:crypto';
import fs from 'node:fs';
import http from 'node:http';
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import helper from 'amazon-cognito-identity-js/lib/AuthenticationHelper.js';
import dates from 'amazon-cognito-identity-js/lib/DateHelper.js';
import numbers from 'amazon-cognito-identity-js/lib/BigInteger.js';

export const region = process.env.POOL_REGION;
export const endpoint = process.env.POOL_ENDPOINT;
export const credentials = { accessKeyId: process.env.AWS_ACCESS_KEY_ID,
                             secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY };
export const start = JSON.parse(fs.readFileSync(process.env.POOL_START, 'utf8'));
export const tally = { passed: 0, failed: 0 };

export function check(name, good, seen) {
    if (good) tally.passed++; else tally.failed++;
    console.log(good ? `ok - ${name}` : `not ok - ${name}  # ${JSON.stringify(seen)}`);
}

export const fails = (name, answer, error, part = '') => check(
    name, answer.error === error && String(answer.message).includes(part), answer);
export const asks = (name, answer, challenge) => check(
    name, answer.ChallengeName === challenge && !answer.AuthenticationResult, answer);
export const tokens = (name, answer) => check(
    name, answer.AuthenticationResult?.AccessToken && !answer.ChallengeName, answer);
export const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));

// The pool's control interface; 425 says that the authenticator has no fresh code for so many ms.
export function control(path, query) {
    return new Promise((done, fail) => {
        http.get({ socketPath: process.env.POOL_CONTROL, path: `/${path}?${new URLSearchParams(query)}` },
                 (r) => {
            let text = '';
            r.on('data', (part) => { text += part; });
            r.on('end', () => (r.statusCode === 200 ? done(text.trim()) : fail(new Error(text))));
        }).on('error', fail);
    });
}
export const codeOf = (user, pool = start.pools[0].id) => control('code', { user, pool });
export const totpOf = (user, pool) => control('totp', { user, pool, when: 'fresh' });

// RFC 6238 with its usual parameters, from a secret that the pool has shown.
export function totp(secret) {
    let bits = '';
    for (const c of secret) bits += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0');
    const key = Buffer.from(bits.match(/.{8}/g).map((b) => parseInt(b, 2)));
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
    const mac = crypto.createHmac('sha1', key).update(step).digest();
    const at = mac[19] & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}
// A code of the same length that is certainly another one.
export const notThis = (code) => String((Number(code) + 1) % 10 ** code.length).padStart(code.length, '0');

const signed = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials, maxAttempts: 1 });
// The public operations must work for somebody who has no keys at all.
const unsigned = new idp.CognitoIdentityProviderClient({ region, endpoint, maxAttempts: 1,
    credentials: () => { throw new Error('a public operation asked for AWS credentials'); } });

async function send(client, what, members) {
    try {
        return await client.send(new idp[`${what}Command`](members));
    } catch (error) {
        return { error: error.name, message: error.message };
    }
}
export const call = (what, members) => send(signed, what, members);
export const open = (what, members) => send(unsigned, what, members);

// SRP: the numbers are those of Amazon's browser client, as the SDK has none.
export class Srp {
    constructor(pool) {
        this.group = pool.split('_')[1];
        this.helper = new helper.default(this.group);
    }
    a() {
        return new Promise((done, fail) => this.helper.getLargeAValue(
            (error, A) => (error ? fail(error) : done(A.toString(16)))));
    }
    async proof(asked, password) {
        const p = asked.ChallengeParameters;
        const key = await new Promise((done, fail) => this.helper.getPasswordAuthenticationKey(
            p.USER_ID_FOR_SRP, password, new numbers.default(p.SRP_B, 16),
            new numbers.default(p.SALT, 16), (error, k) => (error ? fail(error) : done(k))));
        const TIMESTAMP = new dates.default().getNowString();
        const mac = crypto.createHmac('sha256', Buffer.from(key.buffer, key.byteOffset, key.length));
        mac.update(this.group + p.USER_ID_FOR_SRP).update(Buffer.from(p.SECRET_BLOCK, 'base64'));
        return { USERNAME: p.USER_ID_FOR_SRP, TIMESTAMP, PASSWORD_CLAIM_SECRET_BLOCK: p.SECRET_BLOCK,
                 PASSWORD_CLAIM_SIGNATURE: mac.update(TIMESTAMP).digest('base64') };
    }
}

export class Form {
    constructor(kind, pool, client) {
        this.kind = kind;
        this.pool = start.pools.find((p) => p.id === pool);
        this.client = this.pool.clients.find((c) => c.id === client);
    }
    hashed(parameters) {
        if (!this.client.secret || !parameters.USERNAME) return parameters;
        const mac = crypto.createHmac('sha256', this.client.secret);
        return { SECRET_HASH: mac.update(parameters.USERNAME + this.client.id).digest('base64'),
                 ...parameters };
    }
    send(what, members) {
        members = { ClientId: this.client.id, ...members };
        return this.kind === 'public' ? open(what, members)
            : call(`Admin${what}`, { UserPoolId: this.pool.id, ...members });
    }
    start(AuthFlow, AuthParameters) {
        return this.send('InitiateAuth', { AuthFlow, AuthParameters: this.hashed(AuthParameters) });
    }
    answer(asked, responses) {
        return this.send('RespondToAuthChallenge', { ChallengeName: asked.ChallengeName,
            Session: asked.Session, ChallengeResponses: this.hashed(responses) });
    }
    // The password flow that this form has.
    password(USERNAME, PASSWORD, more = {}) {
        const flow = this.kind === 'public' ? 'USER_PASSWORD_AUTH' : 'ADMIN_USER_PASSWORD_AUTH';
        return this.start(flow, { USERNAME, PASSWORD, ...more });
    }
    async srp(USERNAME, password, flow = 'USER_SRP_AUTH', more = {}) {
        const srp = new Srp(this.pool.id);
        const asked = await this.start(flow, { USERNAME, SRP_A: await srp.a(), ...more });
        if (asked.ChallengeName !== 'PASSWORD_VERIFIER') return asked;
        return this.answer(asked, await srp.proof(asked, password));
    }
}
