// SPDX-License-Identifier: Apache-2.0
// The AWS SDK for JavaScript: passwords changed, forgotten and reset, tokens, devices, the directory,
// quotas, roles.
import * as idp from '@aws-sdk/client-cognito-identity-provider';
import * as sts from '@aws-sdk/client-sts';
import { call, check, codeOf, credentials, endpoint, fails, Form, notThis, open, region, start, tokens } from './witness.mjs';

const UserPoolId = 'eu-central-1_JsFlows2';
const OLD = 'Corr3ct-Horse!';
const NEW = 'N3w-Horse!';

async function forgotten() {
    const f = new Form('public', UserPoolId, 'plain');
    const ask = (Username) => open('ForgotPassword', { ClientId: 'plain', Username });
    const confirm = (ConfirmationCode, Password) => open('ConfirmForgotPassword', {
        ClientId: 'plain', Username: 'judy', ConfirmationCode, Password });
    let a = await ask('judy');
    check('forgotten: where the code went', a.CodeDeliveryDetails?.DeliveryMedium === 'EMAIL' &&
          a.CodeDeliveryDetails.Destination === 'j***@e***', a);
    const code = await codeOf('judy', UserPoolId);
    fails('forgotten: wrong code', await confirm(notThis(code), NEW), 'CodeMismatchException');
    fails('forgotten: policy', await confirm(code, 'short'), 'InvalidPasswordException');
    check('forgotten: set anew', !(await confirm(code, NEW)).error);
    fails('forgotten: once', await confirm(code, OLD), 'ExpiredCodeException');
    tokens('forgotten: the new one works', await f.password('judy', NEW));
    fails('forgotten: the old one does not', await f.password('judy', OLD), 'NotAuthorizedException');
    fails('forgotten: no address', await ask('dave'), 'InvalidParameterException', 'no registered/verified');
    fails('forgotten: LEGACY', await ask('nobody'), 'UserNotFoundException');
    a = await open('ForgotPassword', { ClientId: 'hiding', Username: 'nobody' });
    check('forgotten: hidden, a code seems to be sent', a.CodeDeliveryDetails?.DeliveryMedium === 'EMAIL', a);
    a = await call('AdminResetUserPassword', { UserPoolId, Username: 'judy' });
    check('reset', !a.error, a);
    fails('reset: no sign-in', await f.password('judy', NEW), 'PasswordResetRequiredException');
    check('reset: the code it sent', !(await confirm(await codeOf('judy', UserPoolId), OLD)).error);
    tokens('reset: and in', await f.password('judy', OLD));
    for (let i = 0; i < 10 && !a.error; i++) a = await ask('judy');
    fails('asked too often', a, 'LimitExceededException', 'Attempt limit exceeded');
}

async function changed() {
    const f = new Form('public', UserPoolId, 'plain');
    const { AccessToken } = (await f.password('kim', OLD)).AuthenticationResult;
    const change = (PreviousPassword, ProposedPassword) => open('ChangePassword', {
        AccessToken, PreviousPassword, ProposedPassword });
    fails('change: wrong old one', await change('x', NEW), 'NotAuthorizedException');
    fails('change: policy', await change(OLD, 'short'), 'InvalidPasswordException');
    check('changed', !(await change(OLD, NEW)).error);
    tokens('change: the new one works', await f.password('kim', NEW));
    let a = {};
    for (let i = 0; i < 10 && a.error !== 'LimitExceededException'; i++) a = await change('x', NEW);
    fails('changed too often', a, 'LimitExceededException', 'Attempt limit exceeded');
}

async function ending() {
    const f = new Form('public', UserPoolId, 'plain');
    let r = (await f.password('alice', OLD)).AuthenticationResult;
    const me = () => open('GetUser', { AccessToken: r.AccessToken });
    let a = await me();
    check('the token says who', a.Username === 'alice', a);
    fails('only refresh tokens are revoked', await open('RevokeToken', { ClientId: 'plain', Token: r.AccessToken }),
          'UnsupportedTokenTypeException');
    a = await open('RevokeToken', { ClientId: 'plain', Token: r.RefreshToken });
    check('revoked', !a.error, a);
    fails('then the token is dead', await me(), 'NotAuthorizedException', 'revoked');
    r = (await f.password('alice', OLD)).AuthenticationResult;
    a = await open('GlobalSignOut', { AccessToken: r.AccessToken });
    check('signed out', !a.error, a);
    fails('everywhere', await me(), 'NotAuthorizedException');
    r = (await f.password('alice', OLD)).AuthenticationResult;
    a = await call('AdminUserGlobalSignOut', { UserPoolId, Username: 'alice' });
    check('by the administrator, too', !a.error && (await me()).error === 'NotAuthorizedException', a);
}

async function rotation() {
    const f = new Form('public', UserPoolId, 'rotating');
    const first = (await f.password('alice', OLD)).AuthenticationResult.RefreshToken;
    const get = (RefreshToken) => open('GetTokensFromRefreshToken', { ClientId: 'rotating', RefreshToken });
    fails('rotation: not by the flow', await f.start('REFRESH_TOKEN_AUTH', { REFRESH_TOKEN: first }),
          'InvalidParameterException');
    const second = (await get(first)).AuthenticationResult?.RefreshToken;
    check('rotation: another one', second && second !== first, second);
    fails('rotation: the old one is spent', await get(first), 'RefreshTokenReuseException');
    tokens('rotation: the new one works', await get(second));
}

// bob's device is the one that amazon-cognito-identity-js has left behind in the first pool.
async function devices() {
    const [{ id }] = start.pools;
    const a = await call('AdminListDevices', { UserPoolId: id, Username: 'bob' });
    check('devices are listed', a.Devices?.length === 1, a);
    const DeviceKey = a.Devices?.[0].DeviceKey;
    const b = await call('AdminGetDevice', { UserPoolId: id, Username: 'bob', DeviceKey });
    check('one of them', b.Device?.DeviceKey === DeviceKey, b);
    const c = await call('AdminForgetDevice', { UserPoolId: id, Username: 'bob', DeviceKey });
    check('forgotten', !c.error, c);
    fails('and gone', await call('AdminGetDevice', { UserPoolId: id, Username: 'bob', DeviceKey }),
          'ResourceNotFoundException');
}

async function directory() {
    const client = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials });
    const everybody = start.pools.find((p) => p.id === UserPoolId).users.map((u) => u.username).sort();
    const seen = [];
    for await (const page of idp.paginateListUsers({ client, pageSize: 5 }, { UserPoolId }))
        seen.push(...page.Users.map((u) => u.Username));
    check('users, page by page', seen.sort().join() === everybody.join(), seen);
    const found = async (Filter) => (await call('ListUsers', { UserPoolId, Filter })).Users?.map((u) => u.Username).join();
    check('by name', await found('username = "bob"') === 'bob');
    check('by the beginning', await found('username ^= "totp"') === 'totp1,totp2,totp3,totp4');
    check('the disabled ones', await found('status = "Disabled"') === 'mallory');
    let a = await call('ListUsersInGroup', { UserPoolId, GroupName: 'staff' });
    check('members', a.Users?.map((u) => u.Username).sort().join() === 'alice,bob', a);
    a = await call('AdminListGroupsForUser', { UserPoolId, Username: 'alice' });
    check('groups of a user', a.Groups?.map((g) => g.GroupName).join() === 'staff', a);
    a = await call('GetGroup', { UserPoolId, GroupName: 'staff' });
    check('a group', a.Group?.Description === 'gid=30007', a);
    fails('no such group', await call('GetGroup', { UserPoolId, GroupName: 'x' }), 'ResourceNotFoundException');
    fails('no such user', await call('AdminGetUser', { UserPoolId, Username: 'x' }), 'UserNotFoundException');
    a = await call('DescribeUserPool', { UserPoolId });
    check('the pool', a.UserPool?.MfaConfiguration === 'OPTIONAL', a);
}

// As many a second as the start file says; the SDK knows the refusal as throttling.
async function quotas() {
    const ask = () => call('DescribeUserPoolClient', { UserPoolId, ClientId: 'plain' });
    let a = await ask();
    check('within the quota', a.UserPoolClient?.ClientId === 'plain', a);
    for (let i = 0; i < 50 && !a.error; i++) a = await ask();
    fails('beyond it', a, 'TooManyRequestsException');
    const patient = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials, maxAttempts: 8 });
    a = await patient.send(new idp.DescribeUserPoolClientCommand({ UserPoolId, ClientId: 'plain' }));
    check('the SDK waits and tries again', a.UserPoolClient?.ClientId === 'plain', a);
}

async function roles() {
    const service = new sts.STSClient({ region, endpoint, credentials });
    const role = { RoleArn: 'arn:aws:iam::123456789012:role/reader', RoleSessionName: 'js' };
    const give = async (what) => {
        const a = await service.send(what);
        const k = a.Credentials;
        const client = new idp.CognitoIdentityProviderClient({ region, endpoint, credentials: {
            accessKeyId: k.AccessKeyId, secretAccessKey: k.SecretAccessKey,
            sessionToken: k.SessionToken } });
        return client.send(new idp.ListUsersCommand({ UserPoolId, Limit: 3 }));
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

export default async function run() {
    for (const part of [forgotten, changed, ending, rotation, devices, directory, quotas, roles]) await part();
}
