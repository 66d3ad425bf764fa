// SPDX-License-Identifier: GPL-2.0-or-later
// The control channel for tests: POST /control/WHAT with JSON, on a Unix socket. README.md lists the calls.
'use strict';

const http = require('http');
const { list } = require('./list');
const { shown } = require('./encoding');
const bulk = require('./bulk');

function controls(api, front, faults) {
    const servers = new Map();  // port to further Front
    return {
        version: () => ({ version: api.store.version }),
        compact: ({ snapshots = false }) => {
            api.store.compact(snapshots);
            return { version: api.store.version };
        },
        bookmarks: () => {
            for (const watch of api.watches) watch.bookmark();
            return { watches: api.watches.size };
        },
        watches: () => ({ watches: [...api.watches].map((each) => ({ resource: each.def.plural, group: each.def.group })) }),
        news: () => ({ monotonicNs: String(api.newsAt ?? 0) }),
        'end-watches': () => {
            const all = [...api.watches];
            for (const watch of all) {
                watch.stop();
                watch.end();
            }
            return { ended: all.length };
        },
        fault: (rule) => ({ id: faults.add(rule) }),
        faults: () => ({ faults: faults.rules.map(({ id, path, hits }) => ({ id, path, hits })) }),
        'clear-faults': ({ id }) => {
            faults.remove(id);
            return {};
        },
        drop: () => ({ dropped: front.dropConnections() }),
        goaway: () => ({ asked: front.goAway() }),
        'goaway-policy': ({ chance = 0, every = 0 }) => {
            front.goAwayChance = chance;
            front.goAwayEvery = every;
            return {};
        },
        replica: (_, answer) => {
            const other = front.replica();
            other.listen(0, (port) => {
                servers.set(port, other);
                answer({ port });
            });
            return undefined;
        },
        down: ({ port }) => ({ dropped: (servers.get(port) || front).down() }),
        'shut-down': ({ ms = 60_000 }) => ({ asked: front.shutDown(ms) }),
        connections: () => ({ open: front.openConnections(), everSecured: front.connections }),
        silence: ({ on = true }) => {
            front.isSilent = on;
            return {};
        },
        unready: ({ ms }) => {
            api.registry.unready(ms);
            return {};
        },
        'reload-certificates': () => {
            front.reloadSecrets();
            return {};
        },
        install: ({ objects }) => ({ objects: objects.map((each) => api.install(each) || null) }),
        delete: ({ apiVersion, kind, namespace = '', name }) => {
            const def = api.registry.ofKind(apiVersion, kind);
            return api.deletes.deleteOne({ def, info: { namespace, name, subresource: '' }, query: new URLSearchParams() }).json || {};
        },
        list: ({ apiVersion, kind, namespace = '' }) => {
            const def = api.registry.ofKind(apiVersion, kind);
            const { items } = list(def, namespace, new URLSearchParams(), api.store, api.profile);
            return { items: items.map((each) => shown(each, def)) };
        },
        bulk: (what) => ({ version: bulk.create(api, what) }),
        storm: (what, answer) => {
            if (what.wait) {
                bulk.storm(api, what, (changes) => answer({ changes }));
                return undefined;
            }
            bulk.storm(api, what, () => {});
            return {};
        },
    };
}

function serveControl(path, api, front, faults) {
    const all = controls(api, front, faults);
    const server = http.createServer((request, response) => {
        const chunks = [];
        request.on('data', (chunk) => chunks.push(chunk));
        request.on('end', () => {
            const answer = (value, code = 200) => {
                response.writeHead(code, { 'content-type': 'application/json' });
                response.end(JSON.stringify(value) + '\n');
            };
            try {
                const what = request.url.replace(/^\/control\//, '');
                if (!Object.hasOwn(all, what)) throw new Error(`no control ${what}`);
                const body = Buffer.concat(chunks).toString();
                const result = all[what](body ? JSON.parse(body) : {}, answer);
                if (result !== undefined) answer(result);
            } catch (error) {
                answer({ error: error.message, status: error.body }, 400);
            }
        });
    });
    server.listen(path);
    return server;
}

module.exports = { serveControl };
