// SPDX-License-Identifier: GPL-2.0-or-later
// The objects, one version counter, the history from which watches continue, and the journal that survives a restart.
// Stored objects are never changed, only replaced.
'use strict';

const fs = require('fs');

/// The objects of one resource and their history.
class Bucket {
    constructor(name, floor) {
        this.name = name;
        this.objects = new Map();  // "NAMESPACE/NAME" (or "/NAME") to object
        this.history = [];         // {version, type, key, object, previous}, oldest first
        this.floor = floor;        // watches from an older version get "too old"
        this.version = floor;      // of the last change
        this.snapshotFloor = floor;
        this.watchers = new Set();
    }

    /// Objects in the order of their keys, of one namespace when it is given.
    list(namespace) {
        const prefix = namespace ? `${namespace}/` : '';
        return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort().map((key) => this.objects.get(key));
    }

    /// As it was at `version`, which must not be older than snapshotFloor.
    listAt(version, namespace) {
        const past = new Bucket(this.name, 0);
        past.objects = new Map(this.objects);
        for (let i = this.history.length - 1; i >= 0 && this.history[i].version > version; --i) {
            const { key, previous } = this.history[i];
            if (previous) past.objects.set(key, previous);
            else past.objects.delete(key);
        }
        return past.list(namespace);
    }
}

class Store {
    constructor({ stateFile, historyLimit }) {
        this.buckets = new Map();
        this.version = 190;  // a real server has created objects of its own before the first client arrives
        this.historyLimit = historyLimit;
        this.restored = false;
        if (!stateFile) return;
        this.restored = this.replay(stateFile);
        fs.writeFileSync(`${stateFile}.new`, this.snapshot());
        fs.renameSync(`${stateFile}.new`, stateFile);
        this.journal = fs.openSync(stateFile, 'a');
    }

    bucket(name) {
        if (!this.buckets.has(name)) this.buckets.set(name, new Bucket(name, this.version));
        return this.buckets.get(name);
    }

    static key(object) {
        return `${object.metadata.namespace || ''}/${object.metadata.name}`;
    }

    /// Stores an object (type ADDED, MODIFIED) or removes it (DELETED), with the next version. The store owns the
    /// object from now on. Returns it.
    commit(bucket, type, object) {
        const key = Store.key(object);
        this.version += 1;
        object.metadata.resourceVersion = String(this.version);
        const event = { version: this.version, type, key, object, previous: bucket.objects.get(key) };
        if (type === 'DELETED') bucket.objects.delete(key);
        else bucket.objects.set(key, object);
        bucket.version = this.version;
        bucket.history.push(event);
        if (bucket.history.length > 2 * this.historyLimit) this.forget(bucket);
        if (this.journal !== undefined) {
            fs.writeSync(this.journal, JSON.stringify({ bucket: bucket.name, version: event.version, type, object }) + '\n');
        }
        for (const watcher of bucket.watchers) watcher(event);
        return object;
    }

    forget(bucket) {
        const gone = bucket.history.splice(0, bucket.history.length - this.historyLimit);
        bucket.floor = Math.max(bucket.floor, gone[gone.length - 1].version);
        bucket.snapshotFloor = Math.max(bucket.snapshotFloor, bucket.floor);
    }

    /// Makes every version up to now too old to watch from; with `snapshots` also too old to list at.
    compact(snapshots) {
        for (const bucket of this.buckets.values()) {
            bucket.floor = this.version;
            if (!snapshots) continue;
            bucket.history = [];
            bucket.snapshotFloor = this.version;
        }
    }

    snapshot() {
        const lines = [{ version: this.version }];
        for (const bucket of this.buckets.values()) {
            for (const object of bucket.objects.values()) {
                lines.push({ bucket: bucket.name, version: 0, type: 'ADDED', object });
            }
        }
        return lines.map((line) => JSON.stringify(line) + '\n').join('');
    }

    /// If a kill truncated a line, it is the last one, and it is dropped.
    replay(file) {
        if (!fs.existsSync(file)) return false;
        for (const line of fs.readFileSync(file, 'utf8').split('\n')) {
            if (line === '') continue;
            let change;
            try {
                change = JSON.parse(line);
            } catch {
                continue;
            }
            this.version = Math.max(this.version, change.version);
            if (!change.bucket) continue;
            const { objects } = this.bucket(change.bucket);
            if (change.type === 'DELETED') objects.delete(Store.key(change.object));
            else objects.set(Store.key(change.object), change.object);
        }
        for (const bucket of this.buckets.values()) {
            bucket.floor = bucket.version = bucket.snapshotFloor = this.version;
        }
        return this.buckets.size > 0;
    }
}

module.exports = { Store };
