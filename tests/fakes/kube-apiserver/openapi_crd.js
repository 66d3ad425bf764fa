// SPDX-License-Identifier: GPL-2.0-or-later
// OpenAPI definitions of CustomResourceDefinition, exact enough that kubectl's own check of a CRD gives the same result
// as with a real server: before CEL rules existed, it refuses x-kubernetes-validations.
'use strict';

const prefix = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

const text = { type: 'string' };
const number = { type: 'number' };
const integer = { type: 'integer', format: 'int64' };
const flag = { type: 'boolean' };
const texts = { type: 'array', items: text };
const free = { type: 'object' };

/// `ref(name)` refers to another definition.
function crdDefinitions(profile, ref) {
    const schema = ref(`${prefix}JSONSchemaProps`);
    const schemas = { type: 'array', items: schema };
    const bySchema = { type: 'object', additionalProperties: schema };
    const properties = {
        $ref: text, $schema: text, additionalItems: {}, additionalProperties: {}, allOf: schemas, anyOf: schemas, default: {},
        definitions: bySchema, dependencies: free, description: text, enum: { type: 'array', items: {} }, example: {},
        exclusiveMaximum: flag, exclusiveMinimum: flag, externalDocs: free, format: text, id: text, items: {},
        maxItems: integer, maxLength: integer, maxProperties: integer, maximum: number, minItems: integer,
        minLength: integer, minProperties: integer, minimum: number, multipleOf: number, not: schema, nullable: flag,
        oneOf: schemas, pattern: text, patternProperties: bySchema, properties: bySchema, required: texts, title: text,
        type: text, uniqueItems: flag, 'x-kubernetes-embedded-resource': flag, 'x-kubernetes-int-or-string': flag,
        'x-kubernetes-list-map-keys': texts, 'x-kubernetes-list-type': text, 'x-kubernetes-map-type': text,
        'x-kubernetes-preserve-unknown-fields': flag,
    };
    if (profile.celRules) properties['x-kubernetes-validations'] = { type: 'array', items: free };
    return { [`${prefix}JSONSchemaProps`]: { type: 'object', description: 'A JSON schema.', properties } };
}

/// The schema of the kind itself, which replaces the one by which the fake merges it.
function crdSchema(ref) {
    const version = {
        type: 'object', required: ['name', 'served', 'storage'],
        properties: {
            name: text, served: flag, storage: flag, deprecated: flag, deprecationWarning: text,
            schema: { type: 'object', properties: { openAPIV3Schema: ref(`${prefix}JSONSchemaProps`) } },
            subresources: free, additionalPrinterColumns: { type: 'array', items: free },
            selectableFields: { type: 'array', items: free },
        },
    };
    const spec = {
        type: 'object', required: ['group', 'names', 'scope', 'versions'],
        properties: {
            group: text, scope: text, names: free, conversion: free, preserveUnknownFields: flag,
            versions: { type: 'array', items: version },
        },
    };
    return { type: 'object', required: ['spec'], properties: { spec, status: free } };
}

module.exports = { crdDefinitions, crdSchema };
