// SPDX-License-Identifier: GPL-2.0-or-later
// Discovery: groups, versions and resources, and the health of the server.
'use strict';

const { pageNotFound } = require('./status');
const { Registry } = require('./registry');

const builtInVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

function resources(kinds) {
    const found = [];
    for (const def of kinds) {
        const resource = {
            name: def.plural, singularName: def.singular, namespaced: def.namespaced, kind: def.kind,
            verbs: def.verbs || (def.builtIn ? builtInVerbs : customVerbs),
        };
        if (def.shortNames.length) resource.shortNames = def.shortNames;
        if (def.categories.length) resource.categories = def.categories;
        if (def.storageVersionHash) resource.storageVersionHash = def.storageVersionHash;
        found.push(resource);
        if (!def.hasStatus) continue;
        found.push({ name: `${def.plural}/status`, singularName: '', namespaced: def.namespaced, kind: def.kind,
            verbs: ['get', 'patch', 'update'] });
    }
    return found;
}

function group(name, versions) {
    const all = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
    return { name, versions: all, preferredVersion: all[0] };
}

/// The answer to a path that is not a resource, as JSON or as {plain}; throws 404.
function discover(path, { registry, profile }, port) {
    const words = path.split('/').filter(Boolean);
    if (['healthz', 'livez', 'readyz'].includes(words[0])) return { plain: 'ok' };
    if (path === '/version' || path === '/version/') return { json: profile.version };
    if (path === '/api' || path === '/api/') {
        return { json: { kind: 'APIVersions', versions: ['v1'],
            serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: `127.0.0.1:${port}` }] } };
    }
    if (path === '/apis' || path === '/apis/') {
        const groups = [...registry.groups()].map(([name, versions]) => group(name, versions));
        return { json: { kind: 'APIGroupList', apiVersion: 'v1', groups } };
    }
    const [root, name = '', version] = words[0] === 'api' ? ['api', '', words[1]] : words;
    const kinds = root === 'api' || root === 'apis' ? registry.kinds.filter((each) => each.group === name) : [];
    if (kinds.length === 0 || words.length > 3) throw pageNotFound();
    if (version === undefined) {
        return { json: { kind: 'APIGroup', apiVersion: 'v1', ...group(name, registry.groups().get(name)) } };
    }
    const served = registry.ofVersion(name, version);
    if (served.length === 0) throw pageNotFound();
    const head = served[0].builtIn ? { kind: 'APIResourceList' } : { kind: 'APIResourceList', apiVersion: 'v1' };
    return { json: { ...head, groupVersion: Registry.apiVersion(served[0]), resources: resources(served) } };
}

module.exports = { discover };
