// SPDX-License-Identifier: GPL-2.0-or-later
// OpenAPI documents of the served kinds, versions 2 and 3, as far as kubectl reads them.
'use strict';

const crypto = require('crypto');
const { isObject } = require('./json');
const { metadataSchema } = require('./schema');
const { Registry } = require('./registry');
const { crdDefinitions, crdSchema } = require('./openapi_crd');

const metadataName = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

function definitionName({ group, version, kind }) {
    const reversed = (group || 'core.api.k8s.io').split('.').reverse().join('.');
    return `${reversed}.${version}.${kind}`;
}

const keptInV2 = new Set(['type', 'format', 'title', 'description', 'default', 'maximum', 'exclusiveMaximum', 'minimum',
    'exclusiveMinimum', 'maxLength', 'minLength', 'pattern', 'maxItems', 'minItems', 'maxProperties', 'minProperties',
    'required', 'enum']);

/// The schema for version 2, which has no `nullable`. An object with unknown fields gets no known fields here: a
/// kubectl of that age refuses all others then, so the real server names none.
function schemaV2(schema) {
    if (schema.$ref) return schema;
    if (schema['x-kubernetes-int-or-string']) return { description: schema.description, format: 'int-or-string', type: 'string' };
    const result = {};
    for (const [key, value] of Object.entries(schema)) {
        if (keptInV2.has(key) || (key.startsWith('x-kubernetes-') && key !== 'x-kubernetes-validations')) result[key] = value;
    }
    if (schema['x-kubernetes-preserve-unknown-fields']) {
        delete result.required;
        return result;
    }
    if (schema.properties) result.properties = mapped(schema.properties, schemaV2);
    if (isObject(schema.additionalProperties)) result.additionalProperties = schemaV2(schema.additionalProperties);
    if (schema.items) result.items = schemaV2(schema.items);
    return result;
}

const mapped = (object, f) => Object.fromEntries(Object.entries(object).map(([key, value]) => [key, f(value)]));

function definition(def, convert, prefix) {
    const gvk = { group: def.group, version: def.version, kind: def.kind };
    const { metadata: _, ...properties } = def.schema.properties || {};
    return {
        ...convert({ ...def.schema, 'x-kubernetes-preserve-unknown-fields': undefined, properties: {
            apiVersion: { type: 'string', description: 'APIVersion defines the versioned schema of this representation of an object.' },
            kind: { type: 'string', description: 'Kind is a string value representing the REST resource this object represents.' },
            ...properties,
        } }),
        'x-kubernetes-group-version-kind': [gvk],
        metadata: { $ref: prefix + metadataName },
    };
}

function definitions(kinds, profile, convert, prefix) {
    const all = { [metadataName]: { description: 'ObjectMeta is metadata that all persisted resources must have.', ...convert(metadataSchema) } };
    const ref = (name) => ({ $ref: prefix + name });
    for (const def of kinds) {
        const isCrd = def.kind === 'CustomResourceDefinition';
        const { metadata, ...schema } = definition(isCrd ? { ...def, schema: crdSchema(ref) } : def, convert, prefix);
        if (isCrd) Object.assign(all, crdDefinitions(profile, ref));
        schema.properties = { ...schema.properties, metadata };
        all[definitionName(def)] = JSON.parse(JSON.stringify(schema));
    }
    return all;
}

function operation(def, verb, parameters) {
    return {
        operationId: `${verb}${def.kind}`, parameters, responses: { 200: { description: 'OK' } },
        'x-kubernetes-action': verb,
        'x-kubernetes-group-version-kind': { group: def.group, version: def.version, kind: def.kind },
    };
}

/// `parameter(name)` is a query parameter in the form of the version.
function paths(kinds, profile, parameter) {
    const names = ['dryRun', 'fieldManager', ...(profile.fieldValidation ? ['fieldValidation'] : [])];
    const all = {};
    for (const def of kinds) {
        const base = (def.group ? `/apis/${def.group}/` : '/api/') + def.version;
        const collection = `${base}/${def.namespaced ? 'namespaces/{namespace}/' : ''}${def.plural}`;
        const changing = names.map(parameter);
        all[collection] = { get: operation(def, 'list', []), post: operation(def, 'post', changing) };
        all[`${collection}/{name}`] = {
            get: operation(def, 'get', []), put: operation(def, 'put', changing),
            patch: operation(def, 'patch', [...changing, parameter('force')]), delete: operation(def, 'delete', []),
        };
        if (def.namespaced) all[`${base}/${def.plural}`] = { get: operation(def, 'list', []) };
    }
    return all;
}

const info = (profile) => ({ title: 'Kubernetes', version: profile.version.gitVersion });

function openapiV2({ registry, profile }) {
    return {
        swagger: '2.0', info: info(profile),
        paths: paths(registry.kinds, profile, (name) => ({ name, in: 'query', type: 'string' })),
        definitions: definitions(registry.kinds, profile, schemaV2, '#/definitions/'),
    };
}

function openapiV3(kinds, profile) {
    const whole = (schema) => schema;
    return {
        openapi: '3.0.0', info: info(profile),
        paths: paths(kinds, profile, (name) => ({ name, in: 'query', schema: { type: 'string' } })),
        components: { schemas: definitions(kinds, profile, whole, '#/components/schemas/') },
    };
}

/// The documents of version 3: a Map from "apis/GROUP/VERSION" to a function that generates one.
function openapiV3Index({ registry, profile }) {
    const index = new Map();
    for (const def of registry.kinds) {
        const name = (def.group ? 'apis/' : 'api/') + Registry.apiVersion(def);
        if (!index.has(name)) index.set(name, () => openapiV3(registry.ofVersion(def.group, def.version), profile));
    }
    return index;
}

const hash = (document) => crypto.createHash('sha256').update(JSON.stringify(document)).digest('hex').toUpperCase();

module.exports = { openapiV2, openapiV3Index, hash };
