// SPDX-License-Identifier: GPL-2.0-or-later
// The JSONPath of additionalPrinterColumns: fields, indices, [*] and filters such as [?(@.type=="Ready")].
'use strict';

function steps(path) {
    const found = [];
    const pattern = /\.([A-Za-z0-9_-]+)|\['([^']+)'\]|\[(\d+)\]|\[\*\]|\[\?\(@\.([A-Za-z0-9_.-]+)\s*==\s*["']([^"']*)["']\)\]/gy;
    let at = 0;
    while (at < path.length) {
        pattern.lastIndex = at;
        const match = pattern.exec(path);
        if (!match) return undefined;
        at = pattern.lastIndex;
        const [, field, quoted, index, filter, value] = match;
        if (field !== undefined || quoted !== undefined) found.push((o) => [o[field ?? quoted]]);
        else if (index !== undefined) found.push((o) => (Array.isArray(o) ? [o[Number(index)]] : []));
        else if (filter !== undefined) {
            const inner = filter.split('.');
            const of = (each) => inner.reduce((v, key) => (v === undefined || v === null ? undefined : v[key]), each);
            found.push((o) => (Array.isArray(o) ? o.filter((each) => String(of(each)) === value) : []));
        } else {
            found.push((o) => (Array.isArray(o) ? o : Object.values(o)));
        }
    }
    return found;
}

/// A function from an object to the first value at the path, or undefined.
function jsonPath(path) {
    const walk = steps(path);
    return (object) => {
        let values = walk ? [object] : [];
        for (const step of walk || []) {
            values = values.filter((each) => each !== null && typeof each === 'object').flatMap(step);
        }
        return values.find((each) => each !== undefined && each !== null);
    };
}

module.exports = { jsonPath };
