// SPDX-License-Identifier: GPL-2.0-or-later
// YAML by js-yaml, which Debian installs where only Debian's node finds it. No timestamps: Kubernetes uses text.
'use strict';

function find() {
    try {
        return require('js-yaml');
    } catch {
        return require('/usr/share/nodejs/js-yaml');
    }
}

const library = find();
const options = { schema: library.CORE_SCHEMA };

/// JSON is YAML too, and its own parser is many times as fast.
function load(text) {
    if (text.startsWith('{')) {
        try {
            return JSON.parse(text);
        } catch {
            // YAML in flow style.
        }
    }
    return library.load(text, options);
}

module.exports = {
    load,
    loadAll: (text) => library.loadAll(text, undefined, options).filter((each) => each !== null && each !== undefined),
    dump: (value) => library.dump(value, { noRefs: true, lineWidth: -1 }),
};
