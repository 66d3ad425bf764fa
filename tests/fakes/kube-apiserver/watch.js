// SPDX-License-Identifier: GPL-2.0-or-later
// WATCH: events from a version on, as lines of JSON, with bookmarks, until the timeout or until the client disconnects.
'use strict';

const { text } = require('./json');
const { invalidOptions } = require('./status');
const { labelSelector, fieldSelector } = require('./selectors');
const { objectText, partial, table } = require('./encoding');
const { versionOf } = require('./list');
const { Registry } = require('./registry');
const { isTrue } = require('./request_info');

const bookmarkBeforeEndMs = 2000;

function checkOptions(query, profile) {
    const match = query.get('resourceVersionMatch');
    const initial = profile.sendInitialEvents && query.get('sendInitialEvents') !== null;
    const errors = [];
    const forbid = (field, detail) => errors.push({ type: 'Forbidden', field, detail });
    if (match && !initial) {
        forbid('resourceVersionMatch', profile.sendInitialEvents
            ? 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
            : 'resourceVersionMatch is forbidden for watch');
        if (!query.get('resourceVersion')) {
            forbid('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided');
        }
    }
    if (initial && match !== 'NotOlderThan') {
        forbid('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    }
    if (errors.length) throw invalidOptions('ListOptions', errors);
}

class Watch {
    /// `write(line)` sends, `end()` closes cleanly.
    constructor(api, def, info, query, form, write, end) {
        checkOptions(query, api.profile);
        this.api = api;
        this.def = def;
        this.bucket = api.store.bucket(def.bucket);
        this.form = form;
        this.write = write;
        this.end = end;
        this.columnsSent = false;
        this.wantsBookmarks = isTrue(query.get('allowWatchBookmarks'));
        const labels = labelSelector(query.get('labelSelector'));
        const fields = fieldSelector(query.get('fieldSelector'), def.selectableFields);
        this.matches = (object) => (!info.namespace || info.resource === 'namespaces' || object.metadata.namespace === info.namespace) &&
            (!info.name || object.metadata.name === info.name) && labels(object) &&
            fields(def.fromStorage ? def.fromStorage(object) : object);
        this.from = versionOf(query);
        this.initial = api.profile.sendInitialEvents && isTrue(query.get('sendInitialEvents'));
        this.timers = [];
        this.seconds = Number(query.get('timeoutSeconds') || 0) || 1800 + Math.floor(Math.random() * 1800);
    }

    /// To be called once the head of the answer is sent.
    start() {
        const { bucket } = this;
        if (this.from && !this.initial && this.from < bucket.floor) {
            this.line('ERROR', text({
                kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure',
                message: `too old resource version: ${this.from} (${bucket.floor})`, reason: 'Expired', code: 410,
            }));
            this.end();
            return;
        }
        if (!this.from || this.initial) this.sendAll();
        else for (const event of bucket.history) if (event.version > this.from) this.event(event);
        this.watcher = (event) => {
            // For a future version nothing is sent until the counter reaches it.
            if (!this.from || event.version > this.from) this.event(event);
        };
        bucket.watchers.add(this.watcher);
        this.api.watches.add(this);
        this.startTimers();
    }

    sendAll() {
        for (const object of this.bucket.list()) if (this.matches(object)) this.line('ADDED', this.encode(object));
        if (this.initial && this.wantsBookmarks) this.bookmark({ 'k8s.io/initial-events-end': 'true' });
    }

    startTimers() {
        const end = this.seconds * 1000;
        this.timers.push(setTimeout(() => {
            this.stop();
            this.end();
        }, end));
        if (!this.wantsBookmarks) return;
        this.timers.push(setInterval(() => this.bookmark(), this.api.options.bookmarkIntervalMs));
        if (end > bookmarkBeforeEndMs) this.timers.push(setTimeout(() => this.bookmark(), end - bookmarkBeforeEndMs));
    }

    stop() {
        this.bucket.watchers.delete(this.watcher);
        this.api.watches.delete(this);
        for (const timer of this.timers) clearTimeout(timer);
    }

    /// An object that begins to match is new to the client; one that no longer matches is deleted for it.
    event({ type, object, previous, version }) {
        const did = previous !== undefined && this.matches(previous);
        const does = type !== 'DELETED' && this.matches(object);
        if (does) this.line(did ? 'MODIFIED' : 'ADDED', this.encode(object));
        else if (did) this.line('DELETED', this.encode(this.lastSeen(type, object, previous, version)));
        if (does && object.metadata.generation !== previous?.metadata.generation) this.api.newsAt = process.hrtime.bigint();
    }

    /// The client sees a deletion with the object as it knew it, and the version of the deletion.
    lastSeen(type, object, previous, version) {
        if (type === 'DELETED') return object;
        return { ...previous, metadata: { ...previous.metadata, resourceVersion: String(version) } };
    }

    encode(object) {
        if (this.form.as === 'table') {
            const shown = table([object], this.def, this.form.version, { resourceVersion: object.metadata.resourceVersion }, !this.columnsSent);
            this.columnsSent = true;
            return text(shown);
        }
        return this.form.as === 'metadata' ? text(partial(object, this.form.version)) : objectText(object, this.def);
    }

    bookmark(annotations) {
        if (!this.wantsBookmarks) return;
        const { bucket, api, def } = this;
        const version = annotations || api.profile.bookmarksFollowAllKinds ? api.store.version : bucket.version;
        const metadata = { ...(annotations ? { annotations } : {}), resourceVersion: String(version) };
        if (!def.builtIn) {
            this.line('BOOKMARK', text({ apiVersion: Registry.apiVersion(def), kind: def.kind, metadata }));
        } else {
            this.line('BOOKMARK', text({ kind: def.kind, apiVersion: Registry.apiVersion(def), metadata: { ...metadata, creationTimestamp: null } }));
        }
    }

    line(type, object) {
        this.write(`{"type":"${type}","object":${object}}\n`);
    }
}

module.exports = { Watch };
