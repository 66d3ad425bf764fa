// SPDX-License-Identifier: GPL-2.0-or-later
// LIST: pages, versions and selectors.
'use strict';

const { ApiError, badRequest, expired, invalidOptions } = require('./status');
const { labelSelector, fieldSelector } = require('./selectors');
const { shown, partial, table } = require('./encoding');
const { Registry } = require('./registry');
const { sorted } = require('./json');

const inconsistent = 'The provided continue parameter is too old to display a consistent list result. You can start a ' +
    'new list without the continue parameter, or use the continue token in this response to retrieve the remainder of ' +
    'the results. Continuing with the provided token results in an inconsistent list - objects that were created, ' +
    'modified, or deleted between the time the first chunk was returned and now may show up in the list.';

function encodeToken(version, key) {
    return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: `/${key}\u0000` })).toString('base64url');
}

function decodeToken(token) {
    const wrong = (why) => badRequest(`invalid continue token: continue key is not valid: ${why}`);
    const at = token.search(/[^A-Za-z0-9_-]/);
    if (at >= 0) throw wrong(`illegal base64 data at input byte ${at}`);
    const bytes = Buffer.from(token, 'base64url');
    try {
        const { rv, start } = JSON.parse(bytes.toString('utf8'));
        return { version: rv, after: start.slice(1, -1) };
    } catch {
        const first = bytes[0] ?? 0;
        const seen = first >= 0x20 && first < 0x7f ? String.fromCharCode(first) : `\\u${first.toString(16).padStart(4, '0')}`;
        throw wrong(bytes.length ? `invalid character '${seen}' looking for beginning of value` : 'unexpected end of JSON input');
    }
}

function checkMatch(query, profile) {
    const match = query.get('resourceVersionMatch');
    const errors = [];
    const forbid = (detail) => errors.push({ type: 'Forbidden', field: 'resourceVersionMatch', detail });
    if (query.get('sendInitialEvents') && profile.sendInitialEvents) {
        errors.push({ type: 'Forbidden', field: 'sendInitialEvents', detail: 'sendInitialEvents is forbidden for list' });
    }
    if (match) {
        if (!query.get('resourceVersion')) forbid('resourceVersionMatch is forbidden unless resourceVersion is provided');
        if (query.get('continue')) forbid('resourceVersionMatch is forbidden when continue is provided');
        if (!['Exact', 'NotOlderThan'].includes(match)) {
            errors.push({ type: 'NotSupported', field: 'resourceVersionMatch', value: match, supported: ['Exact', 'NotOlderThan', ''] });
        }
        if (match === 'Exact' && query.get('resourceVersion') === '0') {
            forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
        }
    }
    if (errors.length) throw invalidOptions('ListOptions', errors);
}

/// A version as a number; undefined when none is given.
function versionOf(query) {
    const given = query.get('resourceVersion');
    if (given === null || given === '') return undefined;
    if (!/^\d+$/.test(given)) {
        throw badRequest(`invalid resource version "${given}": strconv.ParseUint: parsing "${given}": invalid syntax`);
    }
    return Number(given);
}

const tooLarge = (wanted, current) =>
    new ApiError(504, 'Timeout', `Too large resource version: ${wanted}, current: ${current}`,
        { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }], retryAfterSeconds: 1 },
        { headers: { 'retry-after': '1' } });

/// The objects of a bucket that the query selects: {objects, version, after}.
function select(bucket, namespace, query, store, profile) {
    checkMatch(query, profile);
    const wanted = versionOf(query);
    const token = query.get('continue');
    if (token) {
        if (wanted) throw badRequest('specifying resource version is not allowed when using continue');
        const { version, after } = decodeToken(token);
        // An expired token is replaced by one with version -1: the remaining objects in their current state.
        if (version < 0) return { objects: bucket.list(namespace), version: store.version, after };
        const oldest = profile.servesOldContinue ? bucket.snapshotFloor : bucket.floor;
        if (version < oldest) throw expired(inconsistent, { continue: encodeToken(-1, after) });
        return { objects: bucket.listAt(version, namespace), version, after };
    }
    if (wanted !== undefined && wanted > store.version) throw tooLarge(wanted, store.version);
    const match = query.get('resourceVersionMatch');
    // With a limit, a given version is an exact one, unless the query says otherwise.
    if (wanted && (match === 'Exact' || (!match && query.get('limit') && query.get('limit') !== '0'))) {
        if (wanted < bucket.snapshotFloor) throw expired('The resourceVersion for the provided list is too old.');
        return { objects: bucket.listAt(wanted, namespace), version: wanted, after: '' };
    }
    return { objects: bucket.list(namespace), version: store.version, after: '' };
}

/// The key by which pages continue; within a namespace it is the name.
const pageKey = (object, namespace) =>
    (namespace || !object.metadata.namespace ? object.metadata.name : `${object.metadata.namespace}/${object.metadata.name}`);

/// {items, metadata}: the answer of LIST, before it is encoded.
function list(def, namespace, query, store, profile) {
    const hasLabels = labelSelector(query.get('labelSelector'));
    const hasFields = fieldSelector(query.get('fieldSelector'), def.selectableFields);
    const chosen = select(store.bucket(def.bucket), namespace, query, store, profile);
    let items = chosen.objects.filter((object) => hasLabels(object) && hasFields(def.fromStorage ? def.fromStorage(object) : object));
    if (chosen.after) items = items.filter((object) => pageKey(object, namespace) > chosen.after);
    const metadata = { resourceVersion: String(chosen.version) };
    const limit = Number(query.get('limit') || 0);
    if (limit > 0 && items.length > limit) {
        metadata.continue = encodeToken(chosen.version, pageKey(items[limit - 1], namespace));
        // With a selector the server does not count the remaining objects.
        if (!query.get('labelSelector') && !query.get('fieldSelector')) metadata.remainingItemCount = items.length - limit;
        items = items.slice(0, limit);
    }
    return { items, metadata };
}

/// The list as one JSON value in the requested representation.
function encodeList({ items, metadata }, def, { as, version }) {
    if (as === 'table') return table(items, def, version, metadata);
    if (as === 'metadata') {
        return { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata,
            items: items.map((each) => partial(each, version)) };
    }
    const apiVersion = Registry.apiVersion(def);
    if (def.builtIn) {
        const bare = (object) => {
            const { kind: _, apiVersion: __, ...rest } = shown(object, def);
            return rest;
        };
        return { kind: def.listKind, apiVersion, metadata, items: items.map(bare) };
    }
    return sorted({ apiVersion, kind: def.listKind, metadata: { continue: '', ...metadata }, items });
}

module.exports = { list, encodeList, versionOf };
