// SPDX-License-Identifier: GPL-2.0-or-later
// CustomResourceDefinitions: what the server adds to one, and the kinds that it defines.
'use strict';

const crypto = require('crypto');
const { clone, isObject } = require('./json');
const { hasRules } = require('./cel_rules');
const { jsonPath } = require('./json_path');

function dropRules(schema) {
    if (Array.isArray(schema)) {
        schema.forEach(dropRules);
    } else if (isObject(schema)) {
        delete schema['x-kubernetes-validations'];
        Object.values(schema).forEach(dropRules);
    }
}

/// Fills in what the server derives, in place: names, conversion, the status of an accepted and established CRD.
function complete(crd, profile, time) {
    const { spec } = crd;
    spec.names.listKind = spec.names.listKind || `${spec.names.kind}List`;
    spec.names.singular = spec.names.singular || spec.names.kind.toLowerCase();
    spec.conversion = spec.conversion || { strategy: 'None' };
    if (!profile.celRules) dropRules(spec.versions);
    const condition = (type, reason, message) => ({ lastTransitionTime: time, message, reason, status: 'True', type });
    const old = (crd.status && crd.status.conditions) || [];
    crd.status = {
        acceptedNames: clone(spec.names),
        conditions: old.length ? old : [
            condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
            condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
        ],
        storedVersions: spec.versions.filter((each) => each.storage).map((each) => each.name),
    };
}

/// The mistakes of a CRD that would prevent serving it.
function mistakes(crd) {
    const errors = [];
    const spec = crd.spec || {};
    if (!spec.group) errors.push({ type: 'Required', field: 'spec.group' });
    if (!spec.names || !spec.names.plural) errors.push({ type: 'Required', field: 'spec.names.plural' });
    if (!spec.names || !spec.names.kind) errors.push({ type: 'Required', field: 'spec.names.kind' });
    if (!Array.isArray(spec.versions) || spec.versions.length === 0) {
        errors.push({ type: 'Required', field: 'spec.versions', detail: 'must have at least one version' });
        return errors;
    }
    if (errors.length === 0 && crd.metadata.name !== `${spec.names.plural}.${spec.group}`) {
        errors.push({ type: 'Invalid', field: 'metadata.name', value: crd.metadata.name,
            detail: 'must be spec.names.plural+"."+spec.group' });
    }
    spec.versions.forEach((version, i) => {
        if (!version.schema || !version.schema.openAPIV3Schema) {
            errors.push({ type: 'Required', field: `spec.versions[${i}].schema.openAPIV3Schema`, detail: 'schemas are required' });
        }
    });
    return errors;
}

function printed(column) {
    const path = jsonPath(column.jsonPath);
    return {
        name: column.name, type: column.type, format: column.format || '', description: column.description || '',
        priority: column.priority || 0,
        value: (object, ago) => {
            const value = path(object);
            if (value === undefined) return column.type === 'date' ? '<unknown>' : null;
            if (column.type === 'date') return ago(value);
            return column.type === 'string' && typeof value !== 'string' ? JSON.stringify(value) : value;
        },
    };
}

const age = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp', description: 'CreationTimestamp is a timestamp representing the server time when this object was created.' };

/// One kind for each served version.
function kindsOf(crd) {
    const { spec } = crd;
    return spec.versions.filter((each) => each.served).map((each) => {
        const schema = each.schema.openAPIV3Schema;
        return {
            group: spec.group, version: each.name, kind: spec.names.kind, listKind: spec.names.listKind,
            plural: spec.names.plural, singular: spec.names.singular, namespaced: spec.scope === 'Namespaced',
            shortNames: spec.names.shortNames || [], categories: spec.names.categories || [], schema,
            hasRules: hasRules(schema), builtIn: false, hasStatus: Boolean(each.subresources && each.subresources.status),
            hasGeneration: true, columns: (each.additionalPrinterColumns || [age]).map(printed), unconditionalUpdate: false,
            selectableFields: ['metadata.name', 'metadata.namespace',
                ...(each.selectableFields || []).map((field) => field.jsonPath.replace(/^\./, ''))],
            bucket: `${spec.group}/${spec.names.plural}`,
            storageVersionHash: crypto.createHash('sha256').update(`${spec.group}/${each.name}/${spec.names.kind}`)
                .digest().subarray(0, 8).toString('base64'),
        };
    });
}

module.exports = { complete, mistakes, kindsOf };
