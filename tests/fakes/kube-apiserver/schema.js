// SPDX-License-Identifier: GPL-2.0-or-later
// Structural schemas: the schema of a field, pruning of unknown fields, defaults.
'use strict';

const { clone, isObject } = require('./json');

const anything = { 'x-kubernetes-preserve-unknown-fields': true };

const listMap = (...keys) => ({
    type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': keys, items: anything,
});
const texts = { type: 'object', additionalProperties: { type: 'string' } };

/// ObjectMeta, which CRDs do not spell out.
const metadataSchema = {
    type: 'object',
    properties: {
        name: { type: 'string' }, generateName: { type: 'string' }, namespace: { type: 'string' },
        uid: { type: 'string' }, resourceVersion: { type: 'string' }, generation: { type: 'integer' },
        creationTimestamp: { type: 'string' }, deletionTimestamp: { type: 'string' },
        deletionGracePeriodSeconds: { type: 'integer' }, selfLink: { type: 'string' },
        labels: texts, annotations: texts,
        finalizers: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
        ownerReferences: listMap('uid'), managedFields: { type: 'array', items: anything },
    },
};

/// The schema of one field of an object, or undefined for an unknown field.
function fieldSchema(schema, key, atRoot) {
    if (atRoot && key === 'metadata') return metadataSchema;
    if (atRoot && (key === 'apiVersion' || key === 'kind')) return { type: 'string' };
    if (schema && schema.properties && Object.hasOwn(schema.properties, key)) return schema.properties[key];
    if (schema && isObject(schema.additionalProperties)) return schema.additionalProperties;
    if (schema && (schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties === true)) return anything;
    return undefined;
}

/// Removes unknown fields in place and returns their paths.
function prune(value, schema, unknown = [], path = '', atRoot = true) {
    if (Array.isArray(value)) {
        value.forEach((each, i) => prune(each, (schema && schema.items) || anything, unknown, `${path}[${i}]`, false));
        return unknown;
    }
    if (!isObject(value)) return unknown;
    for (const key of Object.keys(value)) {
        const below = path ? `${path}.${key}` : key;
        const sub = fieldSchema(schema, key, atRoot);
        if (sub === undefined) {
            unknown.push(below);
            delete value[key];
        } else {
            prune(value[key], sub, unknown, below, false);
        }
    }
    return unknown;
}

/// Calls visit(object, schema) for every nested object that has a schema of its own, from the top.
function eachObject(value, schema, visit) {
    if (Array.isArray(value)) {
        if (schema.items) value.forEach((each) => eachObject(each, schema.items, visit));
        return;
    }
    if (!isObject(value)) return;
    visit(value, schema);
    const known = schema.properties || {};
    for (const key of Object.keys(value)) {
        const sub = Object.hasOwn(known, key) ? known[key] : schema.additionalProperties;
        if (isObject(sub)) eachObject(value[key], sub, visit);
    }
}

/// Drops nulls that a field may not have and that no default replaces, in place.
function dropNulls(value, schema) {
    eachObject(value, schema, (object, { properties = {} }) => {
        for (const [key, sub] of Object.entries(properties)) {
            if (object[key] === null && !sub.nullable && sub.default === undefined) delete object[key];
        }
    });
}

/// Fills in defaults, in place.
function applyDefaults(value, schema) {
    eachObject(value, schema, (object, { properties = {} }) => {
        for (const [key, sub] of Object.entries(properties)) {
            const isMissing = object[key] === undefined || (object[key] === null && !sub.nullable);
            if (isMissing && sub.default !== undefined) object[key] = clone(sub.default);
        }
    });
}

/// How a list is merged: 'map', 'set' or 'atomic'.
function listType(schema) {
    return (schema && schema['x-kubernetes-list-type']) || 'atomic';
}

function isAtomicMap(schema) {
    return Boolean(schema) && schema['x-kubernetes-map-type'] === 'atomic';
}

/// The value of an item under the keys of its list, with defaults.
function itemKey(item, schema) {
    const key = {};
    for (const name of schema['x-kubernetes-list-map-keys']) {
        const given = isObject(item) ? item[name] : undefined;
        const sub = schema.items && schema.items.properties && schema.items.properties[name];
        key[name] = given === undefined ? (sub && sub.default) ?? null : given;
    }
    return key;
}

module.exports = {
    anything, texts, listMap, metadataSchema, fieldSchema, prune, dropNulls, applyDefaults, listType, isAtomicMap, itemKey,
};
