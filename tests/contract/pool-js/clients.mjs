// SPDX-License-Identifier: Apache-2.0
// Two clients of Amazon's against a running test pool (see run.sh); POOL_* from its file env.
import account from './account.mjs';
import flows from './flows.mjs';
import identity from './identity.mjs';
import { check, tally } from './witness.mjs';

for (const part of [identity, flows, account]) {
    try {
        await part();
    } catch (error) {
        check('came to its end', false, String(error.stack));
    }
}
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exit(tally.failed === 0 ? 0 : 1);
