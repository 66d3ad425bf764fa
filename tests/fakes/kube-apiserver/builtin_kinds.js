// SPDX-License-Identifier: GPL-2.0-or-later
// The kinds that every API server has, as far as tests need them.
'use strict';

const { anything, texts, listMap } = require('./schema');
const eventKinds = require('./event_kinds');

const text = { type: 'string' };
const number = { type: 'integer' };
const flag = { type: 'boolean' };
const object = (properties) => ({ type: 'object', properties, ...anything });

function kind(group, name, plural, more) {
    const singular = name.toLowerCase();
    return {
        group, version: 'v1', kind: name, listKind: `${name}List`, plural, singular, namespaced: true, shortNames: [],
        categories: [], schema: object({}), builtIn: true, hasStatus: false, hasGeneration: false, columns: [],
        unconditionalUpdate: true, selectableFields: ['metadata.name', 'metadata.namespace'],
        bucket: `${group}/${plural}`, verbs: undefined, ...more,
    };
}

const age = { name: 'Age', type: 'string', value: (o, ago) => ago(o.metadata.creationTimestamp) };
const column = (name, value, type = 'string') => ({ name, type, value });
const count = (map) => Object.keys(map || {}).length;

const rules = { type: 'array', items: anything };
const roleRef = object({ apiGroup: text, kind: text, name: text });
const subjects = { type: 'array', items: anything };

const builtInKinds = [
    kind('', 'Namespace', 'namespaces', {
        namespaced: false, shortNames: ['ns'], hasStatus: true,
        schema: object({ spec: object({ finalizers: { type: 'array', items: text } }), status: object({ phase: text }) }),
        columns: [column('Status', (o) => (o.status || {}).phase || ''), age],
    }),
    kind('', 'Secret', 'secrets', {
        schema: object({ data: texts, stringData: texts, type: text, immutable: flag }),
        selectableFields: ['metadata.name', 'metadata.namespace', 'type'],
        columns: [column('Type', (o) => o.type), column('Data', (o) => count(o.data), 'integer'), age],
    }),
    kind('', 'ConfigMap', 'configmaps', {
        shortNames: ['cm'], schema: object({ data: texts, binaryData: texts, immutable: flag }),
        columns: [column('Data', (o) => count(o.data) + count(o.binaryData), 'integer'), age],
    }),
    kind('', 'ServiceAccount', 'serviceaccounts', {
        shortNames: ['sa'], schema: object({ secrets: listMap('name'), automountServiceAccountToken: flag }),
        columns: [column('Secrets', (o) => (o.secrets || []).length, 'integer'), age],
    }),
    kind('', 'Node', 'nodes', {
        namespaced: false, shortNames: ['no'], hasStatus: true,
        schema: object({
            spec: object({ podCIDR: text, unschedulable: flag }),
            status: object({ conditions: listMap('type'), addresses: listMap('type') }),
        }),
        columns: [column('Status', (o) => (((o.status || {}).conditions || []).find((c) => c.type === 'Ready') || {}).status === 'True' ? 'Ready' : 'NotReady'), age],
    }),
    eventKinds.core(kind),
    eventKinds.events(kind),
    kind('coordination.k8s.io', 'Lease', 'leases', {
        unconditionalUpdate: false,
        schema: object({
            spec: object({
                holderIdentity: text, leaseDurationSeconds: number, acquireTime: { type: 'string', format: 'date-time' },
                renewTime: { type: 'string', format: 'date-time' }, leaseTransitions: number,
            }),
        }),
        columns: [column('Holder', (o) => (o.spec || {}).holderIdentity || ''), age],
    }),
    kind('', 'Service', 'services', {
        shortNames: ['svc'], hasStatus: true,
        schema: object({ spec: object({ selector: texts, ports: { type: 'array', items: anything } }), status: object({}) }),
        columns: [column('Type', (o) => (o.spec || {}).type || 'ClusterIP'), age],
    }),
    kind('apps', 'DaemonSet', 'daemonsets', {
        shortNames: ['ds'], hasStatus: true, hasGeneration: true, schema: object({ spec: object({}), status: object({}) }),
        columns: [column('Desired', (o) => (o.status || {}).desiredNumberScheduled || 0, 'integer'), age],
    }),
    kind('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', {
        shortNames: ['netpol'], hasGeneration: true, schema: object({ spec: object({}) }),
        columns: [column('Created At', (o) => o.metadata.creationTimestamp)],
    }),
    kind('authorization.k8s.io', 'SelfSubjectAccessReview', 'selfsubjectaccessreviews', {
        namespaced: false, verbs: ['create'], review: true,
        schema: object({ spec: object({ resourceAttributes: object({}), nonResourceAttributes: object({}) }), status: object({}) }),
    }),
    kind('rbac.authorization.k8s.io', 'ClusterRole', 'clusterroles', {
        namespaced: false, schema: object({ rules, aggregationRule: anything }), columns: [column('Created At', (o) => o.metadata.creationTimestamp)],
    }),
    kind('rbac.authorization.k8s.io', 'ClusterRoleBinding', 'clusterrolebindings', {
        namespaced: false, schema: object({ roleRef, subjects }),
        columns: [column('Role', (o) => `${o.roleRef.kind}/${o.roleRef.name}`), age],
    }),
    kind('rbac.authorization.k8s.io', 'Role', 'roles', {
        schema: object({ rules }), columns: [column('Created At', (o) => o.metadata.creationTimestamp)],
    }),
    kind('rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings', {
        schema: object({ roleRef, subjects }),
        columns: [column('Role', (o) => `${o.roleRef.kind}/${o.roleRef.name}`), age],
    }),
    kind('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', {
        namespaced: false, shortNames: ['crd', 'crds'], categories: ['api-extensions'], hasStatus: true,
        hasGeneration: true, schema: object({
            spec: object({ versions: { type: 'array', items: anything } }),
            status: object({ conditions: listMap('type') }),
        }),
        columns: [column('Created At', (o) => o.metadata.creationTimestamp)],
    }),
];

module.exports = { builtInKinds };
