// SPDX-License-Identifier: GPL-2.0-or-later
// What happens to an object before it is stored: pruning, defaults, additions of its kind, and all checks.
'use strict';

const { isObject, typeName } = require('./json');
const { prune, dropNulls, applyDefaults } = require('./schema');
const { validate } = require('./validation');
const { brokenRules } = require('./cel_rules');
const { badRequest, invalid } = require('./status');
const { Registry } = require('./registry');
const crd = require('./crd');

const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const subdomainRule = 'a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, \'-\' or \'.\', ' +
    'and must start and end with an alphanumeric character (e.g. \'example.com\', regex used for validation is ' +
    '\'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\')';

/// Checks that the body of a write is an object of the kind and in the namespace that the path names.
function checkIdentity(object, def, info) {
    if (!isObject(object)) throw badRequest('the body of the request is not an object');
    const apiVersion = Registry.apiVersion(def);
    object.apiVersion = object.apiVersion ?? apiVersion;
    object.kind = object.kind ?? def.kind;
    if (object.apiVersion !== apiVersion) {
        throw badRequest(`the API version in the data (${object.apiVersion}) does not match the expected API version (${apiVersion})`);
    }
    if (object.kind !== def.kind) {
        throw badRequest(`${object.kind} in version "${def.version}" cannot be handled as a ${def.kind}`);
    }
    object.metadata = isObject(object.metadata) ? object.metadata : {};
    const { metadata } = object;
    for (const key of ['labels', 'annotations', 'finalizers', 'ownerReferences']) {
        if (metadata[key] === null || (metadata[key] && Object.keys(metadata[key]).length === 0)) delete metadata[key];
    }
    if (def.namespaced) metadata.namespace = metadata.namespace || info.namespace;
    else delete metadata.namespace;
    if (def.namespaced && metadata.namespace !== info.namespace) {
        throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
    }
    if (info.name && (metadata.name ?? info.name) !== info.name) {
        throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${info.name})`);
    }
}

/// Drops unknown fields and fills in defaults, in place. Returns the warnings to send; throws 400 if `query` requires
/// it.
function decode(object, def, query, profile) {
    if (def.builtIn) return [];
    const unknown = prune(object, def.schema).map((path) => `unknown field "${path}"`);
    dropNulls(object, def.schema);
    applyDefaults(object, def.schema);
    if (!profile.fieldValidation || unknown.length === 0) return [];
    const directive = query.get('fieldValidation') || 'Warn';
    if (directive === 'Strict') {
        throw badRequest(`${def.kind} in version "${def.version}" cannot be handled as a ${def.kind}: ` +
            `strict decoding error: ${unknown.join(', ')}`);
    }
    return directive === 'Warn' ? unknown : [];
}

const textFields = ['labels', 'annotations'];

function metadataMistakes(metadata, live) {
    const errors = [];
    if (!metadata.name) {
        errors.push({ type: 'Required', field: 'metadata.name', detail: 'name or generateName is required' });
    } else if (metadata.name.length > 253 || !subdomain.test(metadata.name)) {
        errors.push({ type: 'Invalid', field: 'metadata.name', value: metadata.name, detail: subdomainRule });
    }
    for (const field of textFields) {
        for (const [key, value] of Object.entries(metadata[field] || {})) {
            if (typeof value !== 'string') {
                throw badRequest(`unrecognized type: ${typeName(value)} (metadata.${field}.${key} must be a string)`);
            }
        }
    }
    if (live && live.metadata.deletionTimestamp) {
        const old = live.metadata.finalizers || [];
        const added = (metadata.finalizers || []).filter((each) => !old.includes(each));
        if (added.length) {
            errors.push({ type: 'Forbidden', field: 'metadata.finalizers',
                detail: `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((each) => JSON.stringify(each)).join(', ')}}` });
        }
    }
    return errors;
}

const blocking = new Set(['Required', 'TooLong', 'TooMany', 'TypeInvalid']);

function schemaMistakes(object, live, def, profile) {
    const errors = validate(object, def.schema, profile);
    if (!profile.celRules || !def.hasRules) return errors;
    if (errors.some((each) => blocking.has(each.type))) {
        errors.push({ type: 'Invalid', field: '<nil>', rawValue: 'null',
            detail: 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation' });
        return errors;
    }
    return errors.concat(brokenRules(object, live, def.schema));
}

/// Throws 422 when the object may not be stored. `live` is the object that it replaces.
function check(object, live, def, profile) {
    const errors = metadataMistakes(object.metadata, live);
    if (!def.builtIn) errors.push(...schemaMistakes(object, live, def, profile));
    if (def.kind === 'CustomResourceDefinition') errors.push(...crd.mistakes(object));
    if (def.kind === 'Namespace' && /\./.test(object.metadata.name || '')) {
        errors.push({ type: 'Invalid', field: 'metadata.name', value: object.metadata.name, detail: 'a lowercase RFC 1123 label must not contain dots' });
    }
    if (errors.length) throw invalid(def, object.metadata.name || '', errors);
}

/// The additions of the server itself to a built-in kind, in place.
function complete(object, def, profile, time) {
    if (def.kind === 'CustomResourceDefinition') crd.complete(object, profile, time);
    if (def.kind === 'Namespace') {
        object.spec = object.spec || { finalizers: ['kubernetes'] };
        object.status = object.status || { phase: 'Active' };
        object.metadata.labels = { 'kubernetes.io/metadata.name': object.metadata.name, ...object.metadata.labels };
    }
    if (def.kind === 'Secret') {
        object.type = object.type || 'Opaque';
        for (const [key, value] of Object.entries(object.stringData || {})) {
            object.data = { ...object.data, [key]: Buffer.from(value).toString('base64') };
        }
        delete object.stringData;
    }
}

module.exports = { checkIdentity, decode, check, complete };
