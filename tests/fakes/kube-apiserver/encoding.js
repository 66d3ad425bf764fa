// SPDX-License-Identifier: GPL-2.0-or-later
// Objects on the wire: order of keys, the requested version, tables for kubectl.
'use strict';

const { isObject, sorted, text } = require('./json');
const { Registry } = require('./registry');

const metadataOrder = ['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation',
    'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'labels', 'annotations', 'ownerReferences',
    'finalizers', 'managedFields'];

function orderedMetadata(metadata) {
    const result = {};
    for (const key of metadataOrder) if (metadata[key] !== undefined) result[key] = metadata[key];
    return result;
}

/// Sorts the fields: those that the schema names come first, in its order, which is that of the Go type.
function ordered(value, schema) {
    if (Array.isArray(value)) return schema.items ? value.map((each) => ordered(each, schema.items)) : value;
    if (!isObject(value) || !schema.properties) return value;
    const result = {};
    for (const [key, sub] of Object.entries(schema.properties)) {
        if (value[key] !== undefined) result[key] = ordered(value[key], sub);
    }
    return { ...result, ...value, ...result };
}

/// The object in the version and order in which the server shows it.
function shown(object, def) {
    if (!def.builtIn) return sorted({ ...object, apiVersion: Registry.apiVersion(def) });
    const stored = def.fromStorage ? def.fromStorage(object) : object;
    const { kind, apiVersion: _, metadata, ...rest } = def.shown ? def.shown(stored) : stored;
    return { kind, apiVersion: Registry.apiVersion(def), metadata: orderedMetadata(metadata), ...ordered(rest, def.schema) };
}

/// {kind of representation, its version} according to the Accept header: 'object', 'table', 'metadata', or undefined
/// when none of the accepted types is available.
function representation(accept) {
    if (!accept) return { as: 'object' };
    for (const offer of accept.split(',').map((each) => each.trim())) {
        const [type, ...parameters] = offer.split(';').map((each) => each.trim());
        if (!['application/json', '*/*', 'application/*', 'application/yaml'].includes(type)) continue;
        const given = Object.fromEntries(parameters.map((each) => each.split('=')));
        if (!given.as) return { as: 'object', yaml: type === 'application/yaml' };
        if (!['v1', 'v1beta1'].includes(given.v)) continue;
        if (given.as === 'Table') return { as: 'table', version: given.v };
        if (given.as.startsWith('PartialObjectMetadata')) return { as: 'metadata', version: given.v };
    }
    return undefined;
}

function ago(time) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 1000));
    if (seconds < 120) return `${seconds}s`;
    if (seconds < 600) return `${Math.floor(seconds / 60)}m${seconds % 60 ? `${seconds % 60}s` : ''}`;
    if (seconds < 3 * 3600) return `${Math.floor(seconds / 60)}m`;
    if (seconds < 2 * 86400) return `${Math.floor(seconds / 3600)}h`;
    return `${Math.floor(seconds / 86400)}d`;
}

const nameColumn = {
    name: 'Name', type: 'string', format: 'name', priority: 0,
    description: 'Name must be unique within a namespace.',
};

function partial(object, version) {
    return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata: orderedMetadata(object.metadata) };
}

/// A meta.k8s.io Table of objects. `metadata` is that of the list or object.
function table(objects, def, version, metadata, withColumns = true) {
    const columns = def.columns.map(({ name, type, format = '', description = '', priority = 0 }) =>
        ({ name, type, format, description, priority }));
    return {
        kind: 'Table', apiVersion: `meta.k8s.io/${version}`, metadata,
        columnDefinitions: withColumns ? [nameColumn, ...columns] : null,
        rows: objects.map((object) => ({
            cells: [object.metadata.name, ...def.columns.map((each) => {
                const stored = def.fromStorage ? def.fromStorage(object) : object;
                return each.value(stored, ago) ?? null;
            })],
            object: partial(object, version),
        })),
    };
}

const cache = new WeakMap();

/// JSON of one object as it is shown, cached for the lifetime of the object.
function objectText(object, def) {
    let texts = cache.get(object);
    if (!texts) cache.set(object, (texts = new Map()));
    if (!texts.has(def)) texts.set(def, text(shown(object, def)));
    return texts.get(def);
}

module.exports = { shown, representation, table, partial, objectText };
