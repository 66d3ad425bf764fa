// SPDX-License-Identifier: GPL-2.0-or-later
// A fake of the Kubernetes API server for tests; see README.md. Exits on SIGTERM and when its standard input closes.
'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');
const yaml = require('./yaml');
const { profiles } = require('./profile');
const { Api } = require('./api');
const { Authenticator } = require('./authentication');
const { Faults } = require('./faults');
const { Front } = require('./front');
const { RequestLog } = require('./request_log');
const { serveControl } = require('./control');

function options() {
    const text = { type: 'string' };
    const { values } = parseArgs({
        options: {
            port: { ...text, default: '0' }, profile: { ...text, default: '1.34' }, cert: text, key: text, 'client-ca': text,
            'token-file': text, 'basic-auth-file': text, 'authorization-mode': { ...text, default: 'AlwaysAllow' },
            manifests: { ...text, multiple: true, default: [] }, state: text, control: text, 'request-log': text,
            'initializing-ms': { ...text, default: '0' }, 'bookmark-interval-ms': { ...text, default: '60000' },
            'history-limit': { ...text, default: '20000' }, 'goaway-chance': { ...text, default: '0' },
        },
    });
    if (!values.cert || !values.key) throw new Error('--cert and --key are needed');
    if (!profiles[values.profile]) throw new Error(`--profile is one of ${Object.keys(profiles).join(', ')}`);
    return {
        port: Number(values.port), profile: values.profile, cert: values.cert, key: values.key, clientCa: values['client-ca'],
        tokenFile: values['token-file'], basicAuthFile: values['basic-auth-file'], authorization: values['authorization-mode'],
        manifests: values.manifests, stateFile: values.state, control: values.control, requestLog: values['request-log'],
        initializingMs: Number(values['initializing-ms']), bookmarkIntervalMs: Number(values['bookmark-interval-ms']),
        historyLimit: Number(values['history-limit']), goAwayChance: Number(values['goaway-chance']),
    };
}

/// A file, or the files of a directory without subdirectories, like kubectl.
function files(where) {
    if (!fs.statSync(where).isDirectory()) return [where];
    return fs.readdirSync(where).sort().filter((each) => /\.(yaml|yml|json)$/.test(each)).map((each) => path.join(where, each));
}

const installOrder = ['CustomResourceDefinition', 'Namespace'];
const rank = ({ kind }) => (installOrder.indexOf(kind) + installOrder.length + 1) % (installOrder.length + 1);

/// Installs all objects of known kinds in the files. Objects that exist from before a restart stay.
function install(api, places) {
    const documents = places.flatMap(files).flatMap((file) => yaml.loadAll(fs.readFileSync(file, 'utf8')))
        .flatMap((each) => (each.kind === 'List' ? each.items : [each])).filter((each) => each.kind && each.metadata);
    for (const each of documents.sort((a, b) => rank(a) - rank(b))) {
        if (api.store.restored && api.has(each)) continue;
        if (!api.install(each)) process.stderr.write(`left out, of a kind that is not served: ${each.kind} ${each.metadata.name}\n`);
    }
}

function main() {
    const given = options();
    const api = new Api(given, profiles[given.profile]);
    install(api, given.manifests);
    const faults = new Faults();
    const front = new Front(api, new Authenticator(given), faults, new RequestLog(given.requestLog), given);
    if (given.control) serveControl(given.control, api, front, faults);
    front.listen(given.port, (port) => {
        api.port = port;
        process.stdout.write(`listening on ${port}\n`);
    });
    process.on('SIGTERM', () => process.exit(0));
    process.stdin.on('end', () => process.exit(0));
    process.stdin.on('error', () => process.exit(0));
    process.stdin.resume();
}

try {
    main();
} catch (error) {
    process.stderr.write(`${error.stack}\n`);
    process.exit(1);
}
