// SPDX-License-Identifier: GPL-2.0-or-later
// Creates many objects and changes without HTTP, for benchmarks.
'use strict';

const { clone, isObject } = require('./json');
const { mergePatch } = require('./patch');

/// A copy of the template in which "{i}" is replaced by the number; a text that is just "{#i}" becomes the number
/// itself.
function filled(template, i) {
    if (template === '{#i}') return i;
    if (typeof template === 'string') return template.replaceAll('{i}', String(i));
    if (Array.isArray(template)) return template.map((each) => filled(each, i));
    if (!isObject(template)) return template;
    return Object.fromEntries(Object.entries(template).map(([key, value]) => [filled(key, i), filled(value, i)]));
}

/// Creates `count` objects from `template`, numbered from `first`. Returns the last version.
function create(api, { template, count, first = 0 }) {
    for (let i = first; i < first + count; ++i) {
        if (!api.install(filled(template, i), 'bulk')) throw new Error(`no kind ${template.kind} in ${template.apiVersion}`);
    }
    return api.store.version;
}

/// Changes the objects of a kind in turn, `perSecond` times per second for `seconds`, by the merge patch `change`, in
/// which "{i}" is the number of the change. Unchecked. Calls done(changes).
function storm(api, { apiVersion, kind, namespace, perSecond, seconds, change }, done) {
    const def = api.registry.ofKind(apiVersion, kind);
    const bucket = api.store.bucket(def.bucket);
    const keys = bucket.list(namespace).map((each) => `${each.metadata.namespace || ''}/${each.metadata.name}`);
    const patch = change || { metadata: { annotations: { 'fos1.io/storm': '{i}' } } };
    const begun = Date.now();
    let made = 0;
    const timer = setInterval(() => {
        const elapsed = Math.min(Date.now() - begun, seconds * 1000);
        for (const due = Math.floor((elapsed * perSecond) / 1000); made < due; ++made) {
            const object = bucket.objects.get(keys[made % keys.length]);
            if (!object) continue;
            const changed = mergePatch(clone(object), filled(patch, made));
            if (JSON.stringify(changed.spec) !== JSON.stringify(object.spec)) changed.metadata.generation += 1;
            api.store.commit(bucket, 'MODIFIED', changed);
        }
        if (elapsed < seconds * 1000) return;
        clearInterval(timer);
        done(made);
    }, 5);
}

module.exports = { create, storm };
