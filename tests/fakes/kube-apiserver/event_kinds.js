// SPDX-License-Identifier: GPL-2.0-or-later
// Events: one set of objects, shown both as v1 (core) and as events.k8s.io/v1, whose fields have other names.
'use strict';

const { anything } = require('./schema');

const text = { type: 'string' };
const reference = {
    type: 'object', 'x-kubernetes-map-type': 'atomic', ...anything,
    properties: { kind: text, namespace: text, name: text, uid: text, apiVersion: text, resourceVersion: text, fieldPath: text },
};
const time = { type: 'string', format: 'date-time' };

// In events.k8s.io/v1 and in v1.
const names = [
    ['reportingController', 'reportingComponent'], ['regarding', 'involvedObject'], ['note', 'message'],
    ['deprecatedSource', 'source'], ['deprecatedFirstTimestamp', 'firstTimestamp'],
    ['deprecatedLastTimestamp', 'lastTimestamp'], ['deprecatedCount', 'count'],
];

function renamed(object, from, to, apiVersion) {
    const result = { ...object, apiVersion };
    for (const pair of names) {
        if (result[pair[from]] === undefined) continue;
        result[pair[to]] = result[pair[from]];
        delete result[pair[from]];
    }
    return result;
}

const toCore = (object) => renamed(object, 0, 1, 'v1');
const fromCore = (object) => renamed(object, 1, 0, 'events.k8s.io/v1');

/// The empty values that Go writes for unset fields.
function withEmptyFields(object, source, first, last) {
    return { ...object, [source]: object[source] || {}, [first]: object[first] ?? null, [last]: object[last] ?? null };
}

const eventColumns = (note, about) => [
    { name: 'Type', type: 'string', value: (o) => o.type || '' },
    { name: 'Reason', type: 'string', value: (o) => o.reason || '' },
    { name: 'Object', type: 'string', value: (o) => `${((o[about] || {}).kind || '').toLowerCase()}/${(o[about] || {}).name || ''}` },
    { name: 'Message', type: 'string', value: (o) => o[note] || '' },
];
const selectable = (about) => ['metadata.name', 'metadata.namespace', 'reason', 'type',
    ...['kind', 'namespace', 'name', 'uid', 'apiVersion'].map((each) => `${about}.${each}`)];

const events = (kind) => kind('events.k8s.io', 'Event', 'events', {
    shortNames: ['ev'], bucket: 'events', columns: eventColumns('note', 'regarding'),
    selectableFields: selectable('regarding'),
    schema: { type: 'object', ...anything, properties: {
        eventTime: time, series: anything, reportingController: text, reportingInstance: text, action: text, reason: text,
        regarding: reference, related: reference, note: text, type: text, deprecatedSource: anything,
        deprecatedFirstTimestamp: time, deprecatedLastTimestamp: time, deprecatedCount: { type: 'integer' },
    } },
    shown: (object) => withEmptyFields(object, 'deprecatedSource', 'deprecatedFirstTimestamp', 'deprecatedLastTimestamp'),
});

const core = (kind) => kind('', 'Event', 'events', {
    shortNames: ['ev'], bucket: 'events', columns: eventColumns('message', 'involvedObject'),
    selectableFields: selectable('involvedObject'),
    schema: { type: 'object', ...anything, properties: {
        involvedObject: reference, reason: text, message: text, source: anything, firstTimestamp: time, lastTimestamp: time,
        count: { type: 'integer' }, type: text, eventTime: time, series: anything, action: text, related: reference,
        reportingComponent: text, reportingInstance: text,
    } },
    fromStorage: toCore, toStorage: fromCore,
    shown: (object) => withEmptyFields(object, 'source', 'firstTimestamp', 'lastTimestamp'),
});

module.exports = { core, events };
